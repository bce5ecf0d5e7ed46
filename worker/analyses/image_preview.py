"""Image preview: what one image adds to the counts that are shown while images are being read."""

from collections.abc import Mapping
from typing import Any

BINS = 20
"""Bins of the brightness histogram, over 0 to 1."""


def preview_of(
    numbers: Mapping[str, float], facts: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    """Counts of one image; only issues that an image has by itself, without its dataset."""
    width, height = numbers["width"], numbers["height"]
    flagged = {
        "dark": numbers["brightness_p99"] < params["dark_threshold"],
        "light": 1 - numbers["brightness_p05"] < params["light_threshold"],
        "low_information": min(0.1 * numbers["entropy"], 1) < params["low_information_threshold"],
        "odd_aspect_ratio": min(width / height, height / width)
        < params["odd_aspect_ratio_threshold"],
        "grayscale": facts["mode"] == "L",
    }
    bins = [0] * BINS
    bins[min(int(numbers["brightness_mean"] * BINS), BINS - 1)] = 1
    return {
        "analysed": 1,
        "unreadable": 0,
        "issues": {name: int(found) for name, found in flagged.items()},
        "formats": {facts["format"]: 1},
        "histograms": {"brightness": bins},
    }
