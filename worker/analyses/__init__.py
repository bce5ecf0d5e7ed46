"""The analyses: what is done for each stage of each task type."""

from worker.analyses.folder_import import FOLDER_IMPORT_WORK
from worker.analyses.image_analysis import IMAGE_ANALYSIS_WORK
from worker.work import Analyses

ANALYSES: Analyses = {
    "folder_import": FOLDER_IMPORT_WORK,
    "image_analysis": IMAGE_ANALYSIS_WORK,
}

PRELOAD = (
    "service.compute.images",
    "service.compute.image_summary",
    "service.compute.intake",
)
"""Modules that children find imported."""
