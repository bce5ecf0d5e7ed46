"""The stage that every analysis of images begins with: each image is decoded once, ever."""

from service.catalog.entry import Over, StageSpec
from service.domain.image_features import IMAGE_EXTRACTOR


def features_stage(weight: float) -> StageSpec:
    """Reads the images that no analysis has read before."""
    return StageSpec(
        "features",
        "Reading images",
        weight=weight,
        over=Over.BLOBS_WITHOUT_FEATURES,
        unit="images",
        chunk_size=100,
        extractor=IMAGE_EXTRACTOR,
    )
