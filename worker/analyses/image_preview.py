"""Image preview: counts of what was found, shown while images are still being read."""

from collections.abc import Mapping
from typing import Any

BINS = 20
"""Bins of the brightness histogram, over 0 to 1."""

Counts = dict[str, Any]


def count_unreadable(counts: Counts) -> None:
    """Adds an image that could not be read."""
    _started(counts)["unreadable"] += 1


def count_image(
    counts: Counts,
    numbers: Mapping[str, float],
    facts: Mapping[str, Any],
    params: Mapping[str, Any],
) -> None:
    """Adds an image and the issues that it has by itself, without its dataset."""
    _started(counts)["analysed"] += 1
    formats = counts["formats"]
    formats[facts["format"]] = formats.get(facts["format"], 0) + 1
    bin_ = min(int(numbers["brightness_mean"] * BINS), BINS - 1)
    counts["histograms"]["brightness"][bin_] += 1
    for issue, found in _flags(numbers, facts, params).items():
        counts["issues"][issue] += found


def _flags(
    numbers: Mapping[str, float], facts: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, bool]:
    width, height = numbers["width"], numbers["height"]
    return {
        "dark": numbers["brightness_p99"] < params["dark_threshold"],
        "light": 1 - numbers["brightness_p05"] < params["light_threshold"],
        "low_information": min(0.1 * numbers["entropy"], 1) < params["low_information_threshold"],
        "odd_aspect_ratio": min(width / height, height / width)
        < params["odd_aspect_ratio_threshold"],
        "grayscale": facts["mode"] == "L",
    }


def _started(counts: Counts) -> Counts:
    if not counts:
        counts |= {
            "analysed": 0,
            "unreadable": 0,
            "issues": dict.fromkeys(
                ("dark", "light", "low_information", "odd_aspect_ratio", "grayscale"), 0
            ),
            "formats": {},
            "histograms": {"brightness": [0] * BINS},
        }
    return counts
