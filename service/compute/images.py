"""Images: from one decode of a file to its attributes, hashes and thumbnail."""

import io
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps

from service.compute.attributes import blur_terms, brightness, contrast, saturation, sharpness
from service.compute.decoding import DEFAULT_MAX_PIXELS, FORMATS, MODES, Picture, decode
from service.compute.hashes import perceptual_hash, pixel_digest

THUMBNAIL_SIDE: Final = 256
THUMBNAIL_QUALITY: Final = 75
WHITE: Final = (255, 255, 255)

NUMBERS: Final = (
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
    "blur_spread",
    "sharpness",
    "saturation",
)
"""What ``extract`` measures, in the order in which it is kept."""


def extract(item: dict[str, Any], shared: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Features of the image at ``item["path"]``, which has ``item["size_bytes"]`` bytes.

    Returns ``{"numbers", "signature", "facts"}`` and the thumbnail as JPEG: longest side 256
    pixels, upright, transparency on white. ``shared["max_pixels"]`` limits what is decoded. Large
    JPEG photographs are decoded at a fraction of their size, and once more in full where an issue
    is a matter of opinion at that size. Raises Unreadable.
    """
    limit = shared.get("max_pixels", DEFAULT_MAX_PIXELS)
    with Path(item["path"]).open("rb") as stream:
        picture = decode(stream, max_pixels=limit, may_scale=True)
        features, thumbnail = _features(picture, item["size_bytes"])
        if picture.scaled and _doubtful(features["numbers"]):
            exact = decode(stream, max_pixels=limit, may_scale=False)
            features, thumbnail = _features(exact, item["size_bytes"])
    return features, thumbnail


def _features(picture: Picture, size_bytes: int) -> tuple[dict[str, Any], bytes]:
    small = _small(picture.image)
    grey = picture.image if picture.image.mode == "L" else picture.image.convert("L")
    pixels = np.asarray(picture.image)
    edges, spread = blur_terms(picture.opened if picture.scaled is False else picture.image)
    numbers = {
        "width": picture.size[0],
        "height": picture.size[1],
        "size_bytes": size_bytes,
        "format_code": _code(picture.format, FORMATS),
        "mode_code": _code(picture.opened.mode, MODES),
        "orientation": picture.orientation,
        "frames": picture.frames,
        **brightness(pixels),
        "contrast": contrast(grey),
        "entropy": _entropy(picture),
        "blur_edges": edges,
        "blur_spread": spread,
        "sharpness": sharpness(np.asarray(small.convert("L"))),
        "saturation": saturation(np.asarray(small)),
    }
    signature = perceptual_hash(grey) + pixel_digest(pixels, picture.opened.mode)
    facts = {
        "format": picture.format,
        "mode": picture.opened.mode,
        "orientation": picture.orientation,
        "frames": picture.frames,
    }
    features = {"numbers": numbers, "signature": signature.hex(), "facts": facts}
    return features, _thumbnail(small, picture.orientation)


def _small(image: Image.Image) -> Image.Image:
    """An RGB reduction, longest side at most 256 pixels, on white."""
    small = image.copy() if max(image.size) <= THUMBNAIL_SIDE else _reduced(image)
    if small.mode == "RGBA":
        white = Image.new("RGB", small.size, WHITE)
        white.paste(small, mask=small.getchannel("A"))
        return white
    return small.convert("RGB")


def _reduced(image: Image.Image) -> Image.Image:
    share = THUMBNAIL_SIDE / max(image.size)
    width, height = (max(round(side * share), 1) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.5)


def _thumbnail(small: Image.Image, orientation: int) -> bytes:
    if orientation != 1:
        small.getexif()[0x0112] = orientation
        small = ImageOps.exif_transpose(small)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=THUMBNAIL_QUALITY)
    return buffer.getvalue()


def _entropy(picture: Picture) -> float:
    """Bits, over the histogram of all bands; modes without a histogram count as their 8 bits."""
    try:
        return picture.opened.entropy()
    except (ValueError, OSError):
        return picture.image.entropy()


def _doubtful(numbers: dict[str, float]) -> bool:
    """Whether a full decode could decide an issue differently (bands measured on photographs)."""
    edges, spread = (1 - np.exp(-0.01 * numbers[name]) for name in ("blur_edges", "blur_spread"))
    return bool(
        numbers["brightness_p99"] < 0.34
        or numbers["brightness_p05"] > 0.94
        or numbers["entropy"] < 4
        or abs(min(edges + (spread if spread > 0.18 else 0), 1) - 0.29) < 0.05
        or abs(spread - 0.18) < 0.02
    )


def _code(name: str, names: tuple[str, ...]) -> int:
    return names.index(name) if name in names else -1
