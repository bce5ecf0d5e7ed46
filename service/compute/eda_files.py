"""EDA files: formats, colour modes, and how sizes and bytes are distributed."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.decoding import FORMATS, MODES
from service.compute.distributions import describe, named_counts

BITS: Final = 8
PIXELS: Final = 1e6

Floats = NDArray[np.float64]
Json = dict[str, Any]


def told_files(numbers: Mapping[str, Floats]) -> Json:
    """What the files of images are like; bits per pixel count the first frame alone."""
    pixels = numbers["width"] * numbers["height"]
    bits = BITS * numbers["size_bytes"] / pixels
    told = {
        "megapixels": pixels / PIXELS,
        "aspect_ratio": numbers["width"] / numbers["height"],
        "size_bytes": numbers["size_bytes"],
        "bits_per_pixel": bits,
    }
    return {
        "total_bytes": int(numbers["size_bytes"].sum()),
        "formats": _formats(numbers, bits),
        "modes": named_counts(numbers["mode_code"], MODES),
        "attributes": {name: describe(name, values) for name, values in told.items()},
    }


def _formats(numbers: Mapping[str, Floats], bits: Floats) -> list[Json]:
    """Each format with its items and bytes, the most frequent first."""
    codes = numbers["format_code"]
    names = {name: float(code) for code, name in enumerate(FORMATS)}
    told: list[Json] = []
    for name, count in named_counts(codes, FORMATS).items():
        here = codes == names.get(name, -1)
        told.append(
            {
                "name": name,
                "items": count,
                "size_bytes": int(numbers["size_bytes"][here].sum()),
                "bits_per_pixel": float(np.median(bits[here])),
            }
        )
    return told
