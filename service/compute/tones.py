"""Tones: how bright, contrasty, colourful and varied the pixels of an image are."""

from functools import lru_cache
from math import hypot
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_PIXELS: Final = 1 << 12
"""Larger images are measured on so many of their pixels."""

PERCENTS: Final = (1, 5, 50, 95, 99)

STEPS: Final = np.float32(257)
"""Of brightness between two grey levels."""

BRIGHTEST: Final = 65535

WASHED_OUT: Final = 250
DROWNED: Final = 5
"""Levels of 255 from which, and up to which, brightness shows nothing any more."""

_PERCEIVED: Final = np.array((0.241, 0.691, 0.068), np.float32)
_MIXTURES: Final = np.array(((1, -1, 0), (0.5, 0.5, -1), (0.299, 0.587, 0.114)), np.float32)
"""Red against green, yellow against blue, and luma, of red, green and blue."""

_GOLDEN: Final = (5**0.5 - 1) / 2

Pixels = NDArray[np.uint8]
"""(N, 1) grey levels, or (N, 4) of red, green, blue and alpha or nothing."""

Bands = NDArray[np.uint8]
"""(1, N) grey levels, or (3, N) of red, green and blue."""

Brightness = NDArray[np.uint16]
"""(N,) perceived brightness 0..65535, ascending: right to 1e-5 of the whole."""


def sample(pixels: Pixels) -> Pixels:
    """``SAMPLE_PIXELS`` of the pixels, or all where there are not more.

    One from each of as many equal stretches of the image, at a place in it that no pattern of
    the image follows. What 1 % of the pixels have, 0.4 to 1.6 % of the sample have (4 σ).
    """
    if len(pixels) <= SAMPLE_PIXELS:
        return pixels
    places = (_spread() * (len(pixels) / SAMPLE_PIXELS)).astype(np.intp)
    if pixels.shape[1] == 1:
        return pixels.take(places, axis=0)
    return pixels.view(np.uint32).take(places).view(np.uint8).reshape(-1, 4)


def colour_bands(pixels: Pixels) -> Bands:
    """The colours of the pixels, each band by itself, without alpha."""
    return np.ascontiguousarray(pixels[:, :3].T)


def brightness(pixels: Pixels) -> Brightness:
    """Perceived brightness of each pixel, ascending.

    sqrt(.241 R² + .691 G² + .068 B²), the level itself for grey images.
    Source: Finley, "HSP color model", 2006; the weights are those of CleanVision.
    """
    bright = np.empty(len(pixels), np.uint16)
    for start in range(0, len(pixels), SAMPLE_PIXELS):  # what fits the cache
        part = slice(start, start + SAMPLE_PIXELS)
        bright[part] = _brightness(colour_bands(pixels[part]).astype(np.float32))
    bright.sort(kind="stable")  # of 16 bits by their digits, in a fifth of the time of floats
    return bright


def _brightness(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(levels) == 1:
        return levels[0] * STEPS
    levels *= levels
    return np.sqrt(_PERCEIVED @ levels) * STEPS + np.float32(0.5)


def brightness_numbers(ascending: Brightness) -> dict[str, float]:
    """Mean and percentiles of what ``brightness`` returns, 0..1."""
    numbers = {"brightness_mean": float(ascending.mean(dtype=np.float64)) / BRIGHTEST}
    for percent in PERCENTS:
        numbers[f"brightness_p{percent:02}"] = percentile(ascending, percent)
    return numbers


def exposure_numbers(ascending: Brightness) -> dict[str, float]:
    """Shares of the pixels that are at least as bright as level 250, and at most as level 5."""
    above = np.searchsorted(ascending, np.uint16(WASHED_OUT * STEPS), side="left")
    below = np.searchsorted(ascending, np.uint16((DROWNED + 0.5) * STEPS), side="left")
    return {
        "overexposed": 1 - int(above) / len(ascending),
        "underexposed": int(below) / len(ascending),
    }


def percentile(ascending: Brightness, percent: int) -> float:
    """What ``np.percentile`` says of brightness 0..1: linear between neighbours."""
    place = (len(ascending) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    low, high = int(ascending[below]), int(ascending[above])
    return (low + (high - low) * (place - below)) / BRIGHTEST


def entropy(counts: NDArray[np.intp]) -> float:
    """Shannon entropy in bits of the histogram counts of all bands, one after the other.

    0 for an image of one grey level; at most log2 of the number of bins (8 for L, 9.6 for RGB).
    """
    total = counts.sum()
    bits = np.log2(total) - counts @ np.log2(np.maximum(counts, 1)) / total
    return max(0.0, float(bits))


def band_counts(pixels: Pixels, bands: int) -> NDArray[np.intp]:
    """256 counts for each of the first ``bands`` bands, one band after the other."""
    return np.concatenate([np.bincount(pixels[:, band], minlength=256) for band in range(bands)])


def colour_numbers(bands: Bands) -> dict[str, float]:
    """``contrast``, ``saturation_mean`` and ``colourfulness``.

    Contrast: standard deviation of luma (ITU-R BT.601) / 255, 0..0.5. Saturation: mean of
    (max - min) / max of red, green and blue (HSV), 0..1. Colourfulness: 0 for grey, about 100 for
    very colourful.
    Source: Hasler and Süsstrunk, "Measuring colourfulness in natural images", SPIE 2003.
    """
    means, deviations = _moments(bands)
    if len(bands) == 1:
        contrast = float(deviations[0]) / 255
        return {"contrast": contrast, "saturation_mean": 0.0, "colourfulness": 0.0}
    return {
        "contrast": float(deviations[2]) / 255,
        "saturation_mean": _saturation(bands),
        "colourfulness": hypot(*deviations[:2].tolist()) + 0.3 * hypot(*means[:2].tolist()),
    }


def _moments(bands: Bands) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Means and standard deviations of grey levels, or of what ``_MIXTURES`` names."""
    levels = bands.astype(np.float32)
    centre = levels.mean(axis=1)
    levels -= centre[:, np.newaxis]
    if len(bands) == 3:
        centre, levels = _MIXTURES @ centre, _MIXTURES @ levels
    return centre, np.sqrt(np.einsum("ij,ij->i", levels, levels) / levels.shape[1])


def _saturation(bands: Bands) -> float:
    red, green, blue = bands
    most = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    return float(((most - least) / np.maximum(most, np.uint8(1)).astype(np.float32)).mean())


@lru_cache(maxsize=1)
def _spread() -> NDArray[np.float64]:
    numbers = np.arange(SAMPLE_PIXELS)
    return numbers + (numbers * _GOLDEN) % 1
