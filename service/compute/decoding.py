"""Decoding: turns the bytes of an image file into pixels, once, or says why that cannot be."""

import struct
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from service.errors import Unreadable

try:
    from pillow_heif import register_heif_opener
except ImportError:  # HEIC is an extra
    pass
else:
    register_heif_opener(thumbnails=False)

FORMATS: Final = (
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
"""Formats that are read; HEIF (HEIC) where the extra ``heic`` is installed.

Others of Pillow's start programs (EPS) or hold no pixels (GRIB).
"""

_OPENED: Final = tuple(name for name in FORMATS if name != "HEIF" or name in Image.OPEN)

ANIMATED: Final = ("GIF", "PNG", "WEBP", "AVIF")
"""Formats whose frames follow each other in time; those of others are pages, layers or sizes."""

MODES: Final = (
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

DEFAULT_MAX_PIXELS: Final = 200_000_000
LARGE_PIXELS: Final = 6_000_000
"""JPEG files of at least so many pixels may be decoded at 1/2, 1/4 or 1/8 of their size."""

SCALED_SIDE: Final = 256
"""The shorter side of a large photograph is not decoded to less than this."""

ORIENTATION_TAG: Final = 0x0112

_FAILURES: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    NotImplementedError,
    RuntimeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)
"""What Pillow's readers raise on damaged files."""

DEEP: Final = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Modes of more than 8 bits."""

_MAGIC: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"RIFF",
    b"II*\x00",
    b"MM\x00*",
    b"\x00\x00\x00\x0cjP",
    b"8BPS",
)
"""How image files begin whose reader may find their header too damaged to know them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image: the first frame, as stored, without rotation."""

    opened: Image.Image
    """Pixels in the mode that the file has."""
    image: Image.Image
    """The same pixels in mode L, RGB or RGBA: what is measured."""
    format: str
    size: tuple[int, int]
    """Width and height that the file says, in pixels."""
    scaled: bool
    """Whether fewer pixels were decoded than the file has."""
    orientation: int
    """EXIF orientation, 1 to 8; 1 where there is none."""
    frames: int


def decode(stream: BinaryIO, *, max_pixels: int, may_scale: bool) -> Picture:
    """Decodes the first frame of an image file.

    The number of pixels is checked against ``max_pixels`` by the header, before they are decoded.
    Where ``may_scale``, JPEG files of at least ``LARGE_PIXELS`` are decoded at a fraction of their
    size. Palettes become RGB (RGBA with transparency), CMYK, YCbCr, LAB and HSV RGB, LA and PA
    RGBA, 1 bit L; deeper greys are scaled to 8 bits as ``_eight_bits`` says.

    Raises Unreadable: ``empty_file``, ``not_an_image``, ``too_many_pixels``, ``truncated`` or
    ``corrupt_image``.
    """
    stream.seek(0)
    head = stream.read(32)
    if not head:
        raise Unreadable("empty_file", "the file is empty")
    with _failures_named(known=head.startswith(_MAGIC)), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened = _open(stream, max_pixels)
        _forget_words(opened)
        size = opened.size
        if may_scale and size[0] * size[1] >= LARGE_PIXELS:
            opened.draft(None, _scaled_size(size))
        scaled = opened.size != size
        opened.load()
        _forget_words(opened)  # those behind the pixels
        _check_pixels(opened.size, max_pixels)
        image = _measurable(opened)
    return Picture(
        opened=opened,
        image=image,
        format="JPEG" if opened.format == "MPO" else opened.format or "",
        size=size if scaled else opened.size,  # icons and rotated TIFFs tell theirs on loading
        scaled=scaled,
        orientation=_orientation(opened),
        frames=_frames(opened),
    )


def _open(stream: BinaryIO, max_pixels: int) -> ImageFile.ImageFile:
    # Pillow refuses twice this number; it guards what only shows itself while decoding, like the
    # images inside an icon
    Image.MAX_IMAGE_PIXELS = max_pixels // 2
    image = Image.open(stream, formats=_OPENED)
    _check_pixels(image.size, max_pixels)
    return image


def _forget_words(opened: Image.Image) -> None:
    """A PNG may have a text of that name, which Pillow takes for a colour."""
    if isinstance(opened.info.get("transparency"), str):
        del opened.info["transparency"]


def _check_pixels(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise Unreadable(
            "too_many_pixels",
            f"the image has {width} × {height} pixels, more than the limit of {max_pixels}",
        )


def _scaled_size(size: tuple[int, int]) -> tuple[int, int]:
    share = SCALED_SIDE / min(size)
    return max(1, int(size[0] * share)), max(1, int(size[1] * share))


def _measurable(image: Image.Image) -> Image.Image:
    match image.mode:
        case "L" | "RGB" | "RGBA":
            return image
        case "1":
            return image.convert("L")
        case "LA" | "La" | "PA" | "RGBa":
            return image.convert("RGBA")
        case "P":
            return image.convert("RGBA" if "transparency" in image.info else "RGB")
        case mode if mode in DEEP:
            return Image.fromarray(_eight_bits(image))
        case _:
            return image.convert("RGB")


def _eight_bits(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The grey levels of a deep image as (H, W) uint8.

    They are taken to be 8-bit where they lie in 0..255, else 16-bit where they lie in 0..65535, and
    then divided by 257, else stretched between their least and greatest value; F within 0..1 is
    multiplied by 255. Values that are not finite count as 0.
    """
    if image.mode.startswith("I;16"):
        deep = np.asarray(image)
        return (deep // (1 if deep.max() <= 255 else 257)).astype(np.uint8)
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode == "F" and low >= 0 and high <= 1:
        values *= 255
    elif low >= 0 and high <= 65535:
        values /= 1 if high <= 255 else 257
    else:
        values = (values - low) * (255 / (high - low))
    return values.astype(np.uint8)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except _FAILURES:
        return 1  # damaged EXIF data do not make the pixels unreadable
    return value if value in range(1, 9) else 1


def _frames(image: Image.Image) -> int:
    # further pictures of a camera's JPEG are previews of the first, not frames
    if image.format in ("JPEG", "MPO"):
        return 1
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except _FAILURES:
        return 1


@contextmanager
def _failures_named(*, known: bool) -> Generator[None]:
    """Names what Pillow raises; ``known`` says that the file begins as an image does."""
    try:
        yield
    except _FAILURES as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's fault, not the image's
        raise Unreadable(*_reason(error, known=known)) from error


def _reason(error: Exception, *, known: bool) -> tuple[str, str]:
    match error:
        case Image.DecompressionBombError():
            return "too_many_pixels", "the image unfolds to more pixels than the limit"
        case MemoryError():
            return "too_many_pixels", "the image needs more memory than there is"
        case UnidentifiedImageError() if not known:
            return "not_an_image", "the file is not an image of a kind that can be read"
        case UnidentifiedImageError():
            return "corrupt_image", "the header of the image is damaged or cut off"
        case _ if isinstance(error, EOFError) or "truncated" in str(error).lower():
            return "truncated", "the file ends before the image does"
        case _:
            return "corrupt_image", "the image is damaged and cannot be decoded"
