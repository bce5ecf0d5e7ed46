"""Views: one image seen in the ways that its measurements need, each made once."""

from dataclasses import dataclass
from typing import Final

from PIL import Image

from service.compute import blur, hashes, thumbnails
from service.compute.decoding import Picture
from service.compute.pixels import samples
from service.compute.tones import Pixels

QUICK_GAP: Final = 1.5
"""What a glance at blur costs by it is less than half; it may tell .02 more blur, never less."""


@dataclass(frozen=True, slots=True)
class Views:
    """A picture and its copies."""

    picture: Picture
    pixels: Pixels
    """All of its pixels in mode L, RGB or RGBA."""
    small: Image.Image
    """Shrunk for pages; the picture's image itself where it is no larger."""
    grey: Image.Image
    """The same in mode L."""
    tiny: Image.Image
    """The same reduced to the size that blur is measured at."""


def look(picture: Picture) -> Views:
    image = picture.image
    small = thumbnails.shrink(image)
    grey = small if small.mode == "L" else small.convert("L")
    side = thumbnails.block_side(image.size)
    covered = (0, 0, image.width / side, image.height / side) if side else None
    tiny = blur.reduced(grey, blur.reduced_size(picture.size), covered, QUICK_GAP)
    return Views(picture, samples(image), small, grey, tiny)


def luma(views: Views) -> Image.Image:
    """What the perceptual hash is taken of: ``tiny`` where it shows all that the hash sees.

    That spares a pass over all pixels. What lies under transparent pixels is hashed, but not in
    ``small``, and of the longest images ``tiny`` has too few rows or columns.
    """
    image = views.picture.image
    by_blocks = thumbnails.block_side(image.size) is not None
    if by_blocks and image.mode != "RGBA" and min(views.tiny.size) >= hashes.SIDE:
        return views.tiny
    return image if image.mode == "L" else image.convert("L")
