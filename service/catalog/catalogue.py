"""The catalogue: every task type of Meanwhile."""

from service.catalog.archive_import import ARCHIVE_IMPORT
from service.catalog.clustering import CLUSTERING
from service.catalog.drift import DRIFT
from service.catalog.eda import EDA
from service.catalog.embedding_import import EMBEDDING_IMPORT
from service.catalog.embedding_model import EMBEDDING_MODEL
from service.catalog.entry import Catalogue
from service.catalog.folder_import import FOLDER_IMPORT
from service.catalog.image_analysis import IMAGE_ANALYSIS
from service.catalog.label_import import LABEL_IMPORT

CATALOGUE = Catalogue(
    (
        ARCHIVE_IMPORT,
        CLUSTERING,
        DRIFT,
        EDA,
        EMBEDDING_IMPORT,
        EMBEDDING_MODEL,
        FOLDER_IMPORT,
        IMAGE_ANALYSIS,
        LABEL_IMPORT,
    )
)
