"""Thumbnails: a small copy of an image, upright, as a picture for pages."""

import io
from typing import Final

from PIL import Image

LONGEST_SIDE: Final = 256
SHORTEST_LONGEST_SIDE: Final = 192
QUALITY: Final = 78

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def shrink(image: Image.Image) -> Image.Image:
    """The image with its longer side at most 256 and at least 192; itself where it is no longer.

    By averaging whole blocks, which costs a third of exact resizing; where that would leave less
    than 192, by averaging to exactly 256.
    """
    longest = max(image.size)
    if longest <= LONGEST_SIDE:
        return image
    if side := block_side(image.size):
        return image.reduce(side)
    share = LONGEST_SIDE / longest
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image.resize(size, Image.Resampling.BOX)


def block_side(size: tuple[int, int]) -> int | None:
    """Width and height of the blocks that ``shrink`` averages; None where it averages others.

    The last block of a row or column may be partial.
    """
    side = -(-max(size) // LONGEST_SIDE)
    return side if side > 1 and max(size) >= side * SHORTEST_LONGEST_SIDE else None


def encode(small: Image.Image, orientation: int) -> bytes:
    """The shrunk image, turned upright, without anything else: JPEG, or WebP if it has alpha.

    WebP throughout would cost more than decoding the image did.
    """
    small = upright(small, orientation)
    stream = io.BytesIO()
    if small.mode == "RGBA":
        small.save(stream, "WEBP", quality=QUALITY, method=0)
    else:
        small.save(stream, "JPEG", quality=QUALITY, comment=b"")
    return stream.getvalue()


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image as its EXIF orientation says that it is to be looked at."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)
