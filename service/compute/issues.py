"""Issues: scores of images from their attributes; low is bad. The first seven are CleanVision's."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from service.compute import blur
from service.compute.compression import NO_QUALITY

Floats = NDArray[np.float64]
Numbers = Mapping[str, Floats]
"""Attributes by name, each (N,)."""

WORST_CAST = 100.0
"""CIELAB units, as far as sRGB goes."""
WORST_NOISE = 50.0
"""Grey levels."""

GREY_MODE = 0.0
"""The code of mode L."""


def scores(numbers: Numbers) -> dict[str, Floats]:
    """Scores, each (N,) from 0 to 1, of every issue that attributes alone decide."""
    width, height = numbers["width"], numbers["height"]
    return {
        "dark": numbers["brightness_p99"],
        "light": 1 - numbers["brightness_p05"],
        "blurry": blur.score(numbers["blur_edges"], numbers["blur_std"]),
        "low_information": np.minimum(0.1 * numbers["entropy"], 1),
        "odd_aspect_ratio": np.minimum(width / height, height / width),
        "odd_size": odd_size(width, height),
        "grayscale": (numbers["mode_code"] != GREY_MODE).astype(np.float64),
        "overexposed": 1 - numbers["overexposed"],
        "underexposed": 1 - numbers["underexposed"],
        "colour_cast": 1 - np.minimum(numbers["colour_cast"] / WORST_CAST, 1),
        "noisy": 1 - np.minimum(numbers["noise"] / WORST_NOISE, 1),
        "blocky": np.minimum(1 / np.maximum(numbers["blockiness"], 1), 1),
        "low_jpeg_quality": np.where(
            numbers["jpeg_quality"] == NO_QUALITY, 1, numbers["jpeg_quality"] / 100
        ),
        "border": 1 - bordered(numbers),
    }


def bordered(numbers: Numbers) -> Floats:
    """Shares (N,) of the areas of images that are bars along their sides."""
    tall = 1 - numbers["border_top"] - numbers["border_bottom"]
    wide = 1 - numbers["border_left"] - numbers["border_right"]
    return 1 - np.maximum(tall, 0) * np.maximum(wide, 0)


def odd_size(width: Floats, height: Floats) -> Floats:
    """1 near the middle between Tukey's far fences of sqrt(w h), 0.5 on a fence, 0 far out."""
    size = np.sqrt(width) * np.sqrt(height)
    if not len(size):
        return size
    low, high = np.percentile(size, (25, 75))
    lower, upper = low - 3 * (high - low), high + 3 * (high - low)
    middle, span = (lower + upper) / 2, upper - lower
    if span == 0:
        return (size == middle).astype(np.float64)
    return 1 - np.clip(np.abs(size - middle) / span, 0, 1)
