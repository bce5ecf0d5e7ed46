"""Images: everything that is kept of an image, from one decode of its file."""

from pathlib import Path
from typing import Any, BinaryIO, Final, TypedDict

import numpy as np
from PIL import Image

from service.compute import (
    attributes,
    bare_files,
    compression,
    decoding,
    descriptors,
    exif,
    hashes,
    thumbnails,
)
from service.compute.decoding import FORMATS, MODES, Picture
from service.compute.pixels import UInt8s
from service.compute.views import Views, look, looks

NAMES: Final = (
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
"""The numbers of an image, in the order in which they are kept."""


class Item(TypedDict):
    """An image file and its length."""

    path: str
    size_bytes: int


def extract(item: Item, shared: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Everything that is kept of an image file.

    ``shared`` may say ``max_pixels``, and ``own_thumbnail_bytes``, up to which a file may be its
    own thumbnail.

    Returns ``({"numbers", "signature", "descriptor", "facts"}, thumbnail)``. ``numbers`` has
    exactly ``NAMES``. The signature is 24 bytes in hexadecimal: 8 of ``hashes.perceptual``, 16 of
    ``hashes.digest`` of the pixels in the mode the file has them in. The descriptor is what
    ``descriptors.describe`` says, in hexadecimal. The facts hold what ``exif.read`` says. The
    thumbnail is a JPEG, or a WebP where there is transparency; empty where the file is its own.

    Sizes, digests and sharpness come from every pixel; brightness, contrast, colours and entropy
    from 4,096 pixels of larger images; noise and block edges from 48 rows; blur, borders and what
    the image looks like from a reduced one.
    Whatever might be dark, light, low in information or blurry at CleanVision's default thresholds
    is measured again on every pixel, so that those flags are CleanVision's, and their scores to
    1e-5. JPEG files of 6 megapixels and more are decoded at a fraction of their size, and again in
    full in such a case.

    Raises Unreadable as ``decoding.decode`` does.
    """
    max_pixels = int(shared.get("max_pixels", decoding.DEFAULT_MAX_PIXELS))
    with Path(item["path"]).open("rb") as stream:
        picture = decoding.decode(stream, max_pixels=max_pixels, may_scale=True)
        views = look(picture)
        measured = attributes.measure(views)
        if measured is None:
            picture = decoding.decode(stream, max_pixels=max_pixels, may_scale=False)
            views = look(picture)
            measured = attributes.measure(views)
        numbers = {**_header_numbers(picture, item["size_bytes"]), **(measured or {})}
        data = {
            "numbers": {name: float(numbers[name]) for name in NAMES},
            "signature": _signature(views).hex(),
            "descriptor": descriptors.describe(views.square).hex(),
            "facts": _facts(picture, exif.read(picture.opened, stream)),
        }
        if item["size_bytes"] <= shared.get("own_thumbnail_bytes", 0) and _is_own(picture, stream):
            return data, b""
        return data, thumbnails.encode(views.small, picture.orientation)


def _is_own(picture: Picture, stream: BinaryIO) -> bool:
    """Whether the file of a small picture may be shown as it is, in place of its thumbnail."""
    if picture.opened.mode in decoding.DEEP:
        return False
    stream.seek(0)
    return bare_files.is_bare(stream.read())


def _header_numbers(picture: Picture, size_bytes: int) -> dict[str, float]:
    return {
        "width": picture.size[0],
        "height": picture.size[1],
        "size_bytes": size_bytes,
        "format_code": _code(FORMATS, picture.format),
        "mode_code": _code(MODES, picture.opened.mode),
        "orientation": picture.orientation,
        "frames": picture.frames,
        "jpeg_quality": compression.quality(getattr(picture.opened, "quantization", None) or {}),
    }


def _code(known: tuple[str, ...], name: str) -> int:
    return known.index(name) if name in known else -1


def _signature(views: Views) -> bytes:
    opened = views.picture.opened
    stored = views.pixels if opened is views.picture.image else _stored(opened)
    return looks(views) + hashes.digest(stored, size=opened.size, mode=opened.mode)


def _stored(opened: Image.Image) -> UInt8s:
    """The pixels in the file's own mode; where they are places in a palette, with the palette."""
    return np.frombuffer(opened.tobytes() + bytes(opened.getpalette() or ()), np.uint8)


def _facts(picture: Picture, told: exif.Exif) -> dict[str, Any]:
    return {
        "format": picture.format,
        "mode": picture.opened.mode,
        "orientation": picture.orientation,
        "frames": picture.frames,
        "scaled": picture.scaled,
        "camera": told.camera,
        "taken": told.taken.isoformat() if told.taken else None,
        "located": told.located,
    }
