"""Casts: how far the light of an image is from white."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.tones import Bands

PIXELS: Final = 1024
"""At least so many are looked at, where there are more."""

DARK: Final = 20
"""Lightness up to which a colour cannot be told from noise."""

ENOUGH: Final = 1 / 16
"""Of the pixels looked at have to be lighter than that."""

_TO_XYZ: Final = np.array(
    ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)), np.float32
)
_WHITE: Final = _TO_XYZ.sum(axis=1, keepdims=True)

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
    lightness, colours = _lab(bands[:, :: max(1, bands.shape[1] // PIXELS)])
    colours = colours[:, lightness > DARK]
    count = colours.shape[1]
    if count < max(4, ENOUGH * len(lightness)):
        return 0.0
    mean = colours.mean(axis=1)
    spread = np.sqrt(colours.var(axis=1).sum())
    strength = np.einsum("ij,ij->j", colours, colours)
    least = colours[:, np.argpartition(strength, count // 4)[: count // 4]].mean(axis=1)
    return max(0.0, float(min(np.hypot(*mean) - spread, np.hypot(*least))))


def _lab(bands: Bands) -> tuple[Floats, Floats]:
    """Lightness (N,), and a and b (2, N), of sRGB under D65."""
    shares = _TO_XYZ @ _linear()[bands] / _WHITE
    curve = np.where(shares > 216 / 24389, np.cbrt(shares), (24389 / 27 * shares + 16) / 116)
    colours = np.stack((500 * (curve[0] - curve[1]), 200 * (curve[1] - curve[2])))
    return 116 * curve[1] - 16, colours


@lru_cache(maxsize=1)
def _linear() -> Floats:
    """The light of each of 256 levels of sRGB, 0..1."""
    levels = np.arange(256) / 255
    curved = ((levels + 0.055) / 1.055) ** 2.4
    return np.where(levels <= 0.04045, levels / 12.92, curved).astype(np.float32)
