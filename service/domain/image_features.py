"""Image features: the names and the order of the numbers that are kept of every image."""

from service.domain.features import Extractor

IMAGE_EXTRACTOR = Extractor("image", version=1)

SIGNATURE_BYTES = 24
"""8 bytes of perceptual hash, then 16 of a digest of pixels, shape and mode."""

NUMBERS = ()
