"""The analyses: what is done for each stage of each task type."""

from worker.analyses.archive_import import ARCHIVE_IMPORT_WORK
from worker.analyses.clustering import CLUSTERING_WORK
from worker.analyses.drift import DRIFT_WORK
from worker.analyses.eda import EDA_WORK
from worker.analyses.embedding_import import EMBEDDING_IMPORT_WORK
from worker.analyses.embedding_model import EMBEDDING_MODEL_WORK
from worker.analyses.folder_import import FOLDER_IMPORT_WORK
from worker.analyses.image_analysis import IMAGE_ANALYSIS_WORK
from worker.analyses.label_import import LABEL_IMPORT_WORK
from worker.work import Analyses

ANALYSES: Analyses = {
    "archive_import": ARCHIVE_IMPORT_WORK,
    "clustering": CLUSTERING_WORK,
    "drift": DRIFT_WORK,
    "eda": EDA_WORK,
    "embedding_import": EMBEDDING_IMPORT_WORK,
    "embedding_model": EMBEDDING_MODEL_WORK,
    "folder_import": FOLDER_IMPORT_WORK,
    "image_analysis": IMAGE_ANALYSIS_WORK,
    "label_import": LABEL_IMPORT_WORK,
}

PRELOAD = (
    "service.compute.archives",
    "service.compute.eda",
    "service.compute.images",
    "service.compute.image_summary",
    "service.compute.intake",
    "service.compute.listings",
)
"""Modules that children find imported."""
