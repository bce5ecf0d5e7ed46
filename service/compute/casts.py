"""Casts: how far the light of an image is from white."""

from functools import lru_cache
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.tones import Bands

PIXELS: Final = 512
"""At least so many are looked at, where there are more."""

DARK: Final = (20 + 16) / 116
"""The cube root of the light up to which, at lightness 20, a colour cannot be told from noise."""

ENOUGH: Final = 1 / 16
"""Of the pixels looked at have to be lighter than that."""

_TO_XYZ: Final = np.array(
    ((0.43390, 0.37625, 0.18991), (0.2126, 0.7152, 0.0722), (0.01772, 0.10945, 0.87283)),
    np.float32,
)
"""Of linear red, green and blue; white is 1, 1, 1."""
_TO_AB: Final = np.array(((500, -500, 0), (0, 200, -200)), np.float32)
"""Of the cube roots of these."""

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
    roots = np.cbrt(_TO_XYZ @ _linear().take(seen))
    # right but for colours so dark that they are no matter, where the curve has a straight piece
    colours = (_TO_AB @ roots).compress(roots[1] > DARK, axis=1)
    count = colours.shape[1]
    if count < max(4, ENOUGH * seen.shape[1]):
        return 0.0
    strength = colours[0] * colours[0] + colours[1] * colours[1]
    mean = _length_of_mean(colours)
    spread = max(0.0, float(strength.sum()) / count - mean**2) ** 0.5
    quarter = strength.argpartition(count // 4)[: count // 4]
    return max(0.0, min(mean - spread, _length_of_mean(colours.take(quarter, axis=1))))


def _length_of_mean(colours: Floats) -> float:
    return hypot(*colours.sum(axis=1).tolist()) / colours.shape[1]


@lru_cache(maxsize=1)
def _linear() -> Floats:
    """The light of each of 256 levels of sRGB, 0..1."""
    levels = np.arange(256) / 255
    curved = ((levels + 0.055) / 1.055) ** 2.4
    return np.where(levels <= 0.04045, levels / 12.92, curved).astype(np.float32)
