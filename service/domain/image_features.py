"""Image features: the names and the order of the numbers that are kept of every image."""

from service.domain.features import Extractor

IMAGE_EXTRACTOR = Extractor("image", version=6)

SIGNATURE_BYTES = 24
"""8 bytes of perceptual hash, then 16 of a digest of pixels, shape and mode."""

DESCRIPTOR_BYTES = 256
"""One number of 0 to 255 a byte; Euclidean distance tells how different two images look."""

OWN_THUMBNAIL_BYTES = 4096
"""A file of at most so many bytes may be shown as its own thumbnail."""

NUMBERS = (
    "width",
    "height",
    "size_bytes",
    "format_code",
    "mode_code",
    "orientation",
    "frames",
    "brightness_mean",
    "brightness_p01",
    "brightness_p05",
    "brightness_p50",
    "brightness_p95",
    "brightness_p99",
    "contrast",
    "entropy",
    "blur_edges",
    "blur_std",
    "sharpness",
    "saturation_mean",
    "colourfulness",
    "overexposed",
    "underexposed",
    "colour_cast",
    "noise",
    "blockiness",
    "jpeg_quality",
    "border_top",
    "border_bottom",
    "border_left",
    "border_right",
)
"""What is kept of every image, in this order; the extractor's version changes with it."""

FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "BMP",
    "TIFF",
    "AVIF",
    "JPEG2000",
    "PPM",
    "ICO",
    "TGA",
    "PSD",
    "DIB",
    "PCX",
    "DDS",
    "ICNS",
    "CUR",
    "QOI",
    "SGI",
    "HEIF",
)
"""What ``format_code`` counts from 0; -1 is any other."""

MODES = (
    "L",
    "RGB",
    "RGBA",
    "P",
    "1",
    "LA",
    "PA",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I;16",
    "I;16L",
    "I;16B",
    "I;16N",
    "I",
    "F",
    "La",
    "RGBa",
    "RGBX",
)
"""What ``mode_code`` counts from 0; -1 is any other."""
