"""Image preview: counts of what was found, shown while images are still being read."""

from collections.abc import Mapping
from typing import Any

BINS = 20
"""Bins of the brightness histogram, over 0 to 1."""

ISSUES = (
    "dark",
    "light",
    "low_information",
    "odd_aspect_ratio",
    "grayscale",
    "overexposed",
    "underexposed",
    "colour_cast",
    "noisy",
    "blocky",
    "low_jpeg_quality",
    "border",
)

Counts = dict[str, Any]


def count_unreadable(counts: Counts, code: str) -> None:
    """Adds an image that could not be read."""
    _started(counts)["unreadable"] += 1
    _add_one(counts["reasons"], code)


def count_image(
    counts: Counts,
    numbers: Mapping[str, float],
    facts: Mapping[str, Any],
    params: Mapping[str, Any],
) -> None:
    """Adds an image and the issues that it has by itself, without its dataset."""
    _started(counts)["analysed"] += 1
    counts["size_bytes"] += int(numbers["size_bytes"])
    counts["located"] += facts["located"]
    _add_one(counts["formats"], facts["format"])
    _add_one(counts["modes"], facts["mode"])
    bin_ = min(int(numbers["brightness_mean"] * BINS), BINS - 1)
    counts["histograms"]["brightness"][bin_] += 1
    for issue, found in _flags(numbers, facts, params).items():
        counts["issues"][issue] += found


def _add_one(counts: Counts, name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _flags(
    numbers: Mapping[str, float], facts: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, bool]:
    width, height = numbers["width"], numbers["height"]
    scores = {
        "dark": numbers["brightness_p99"],
        "light": 1 - numbers["brightness_p05"],
        "low_information": min(0.1 * numbers["entropy"], 1),
        "odd_aspect_ratio": min(width / height, height / width),
        "overexposed": 1 - numbers["overexposed"],
        "underexposed": 1 - numbers["underexposed"],
        "colour_cast": 1 - numbers["colour_cast"] / 100,
        "noisy": 1 - numbers["noise"] / 50,
        "blocky": 1 / max(numbers["blockiness"], 1),
        "low_jpeg_quality": (numbers["jpeg_quality"] or 100) / 100,
        "border": 1 - _bordered(numbers),
    }
    flags = {name: score < params[f"{name}_threshold"] for name, score in scores.items()}
    return {**flags, "grayscale": facts["mode"] == "L"}


def _bordered(numbers: Mapping[str, float]) -> float:
    tall = 1 - numbers["border_top"] - numbers["border_bottom"]
    return 1 - tall * (1 - numbers["border_left"] - numbers["border_right"])


def _started(counts: Counts) -> Counts:
    if not counts:
        counts |= {
            "analysed": 0,
            "unreadable": 0,
            "reasons": {},
            "size_bytes": 0,
            "located": 0,
            "issues": dict.fromkeys(ISSUES, 0),
            "formats": {},
            "modes": {},
            "histograms": {"brightness": [0] * BINS},
        }
    return counts
