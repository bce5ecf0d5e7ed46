"""The catalogue: every task type of Meanwhile."""

from service.catalog.entry import Catalogue
from service.catalog.folder_import import FOLDER_IMPORT
from service.catalog.image_analysis import IMAGE_ANALYSIS

CATALOGUE = Catalogue((FOLDER_IMPORT, IMAGE_ANALYSIS))
