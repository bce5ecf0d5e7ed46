"""The stage that every analysis of images begins with: each image is decoded once, ever."""

from service.catalog.entry import Over, StageSpec
from service.domain.image_features import IMAGE_EXTRACTOR

CHUNK_SIZE = 200
KEY_BYTES = 64 * 1024
"""A chunk takes about a quarter of a second, of tiny images as of photographs; files that hold far
more pixels than bytes take longer."""


def features_stage(weight: float, *, of_target: bool = False) -> StageSpec:
    """Reads the images, of the dataset or of the target, that no analysis has read before."""
    return StageSpec(
        "target_features" if of_target else "features",
        "Reading the other images" if of_target else "Reading images",
        weight=weight,
        over=Over.BLOBS_WITHOUT_FEATURES,
        unit="images",
        chunk_size=CHUNK_SIZE,
        key_bytes=KEY_BYTES,
        extractor=IMAGE_EXTRACTOR,
        of_target=of_target,
    )
