"""Casts: how far the light of an image is from white."""

from functools import lru_cache
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.tones import Bands

PIXELS: Final = 512
"""At least so many are looked at, where there are more."""

DARK: Final = 20
"""Lightness up to which a colour cannot be told from noise."""

ENOUGH: Final = 1 / 16
"""Of the pixels looked at have to be lighter than that."""

_TO_XYZ: Final = np.array(
    ((0.43390, 0.37625, 0.18991), (0.2126, 0.7152, 0.0722), (0.01772, 0.10945, 0.87283)),
    np.float32,
)
"""Of linear red, green and blue; white is 1, 1, 1."""
_TO_LAB: Final = np.array(((0, 116, 0), (500, -500, 0), (0, 200, -200)), np.float32)
_BLACK: Final = np.array(((16,), (0,), (0,)), np.float32)

Floats = NDArray[np.float32]


def cast(bands: Bands) -> float:
    """How strong a cast (1, N) grey levels or (3, N) of red, green and blue have, in CIELAB.

    The lesser of two guesses, so that a coloured subject is none: how far the mean colour is from
    grey beyond the spread of the colours around it, and how far the least colourful quarter of the
    pixels leans to one side, which a white wall, a road or a cloud keeps from doing under white
    light. 0 for grey images; about 15 can be seen at once.

    Source of the first: Gasparini and Schettini, "Color balancing of digital photos using simple
    image statistics", Pattern Recognition 2004.
    """
    if len(bands) == 1:
        return 0.0
    seen = bands[:, :: max(1, bands.shape[1] // PIXELS)]
    lab = _lab(seen)
    colours = lab[1:, lab[0] > DARK]
    count = colours.shape[1]
    if count < max(4, ENOUGH * seen.shape[1]):
        return 0.0
    strength = np.einsum("ij,ij->j", colours, colours)
    mean = hypot(*colours.mean(axis=1).tolist())
    spread = max(0.0, float(strength.mean()) - mean**2) ** 0.5
    quarter = strength.argpartition(count // 4)[: count // 4]
    return max(0.0, min(mean - spread, hypot(*colours[:, quarter].mean(axis=1).tolist())))


def _lab(bands: Bands) -> Floats:
    """Lightness, a and b (3, N) of sRGB under D65, but for colours so dark that they are no matter.

    Those have a straight piece of the curve, which is left out.
    """
    return _TO_LAB @ np.cbrt(_TO_XYZ @ _linear()[bands]) - _BLACK


@lru_cache(maxsize=1)
def _linear() -> Floats:
    """The light of each of 256 levels of sRGB, 0..1."""
    levels = np.arange(256) / 255
    curved = ((levels + 0.055) / 1.055) ** 2.4
    return np.where(levels <= 0.04045, levels / 12.92, curved).astype(np.float32)
