"""Tones: how bright, contrasty, colourful and varied the pixels of an image are."""

from collections.abc import Iterable, Iterator
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

DROWNED: Final = 5
WASHED_OUT: Final = 250
"""Levels of 255 up to which, and from which, brightness shows nothing any more."""

_EXTREMES: Final = np.array(((DROWNED + 0.5) * STEPS, WASHED_OUT * STEPS), np.uint16)

_PERCEIVED: Final = np.array((0.241, 0.691, 0.068), np.float32)
_MIXTURES: Final = np.array(((1, -1, 0), (0.5, 0.5, -1), (0.299, 0.587, 0.114)), np.float32)
"""Red against green, yellow against blue, and luma, of red, green and blue."""

_GOLDEN: Final = (5**0.5 - 1) / 2

Pixels = NDArray[np.uint8]
"""(N, 1) grey levels, or (N, 4) of red, green, blue and alpha or nothing."""

Bands = NDArray[np.uint8]
"""(1, N) grey levels, or (3, N) of red, green and blue, or (4, N) of these and alpha or nothing."""

Brightness = NDArray[np.uint16]
"""(N,) perceived brightness 0..65535, ascending: right to 1e-5 of the whole."""


def sample(pixels: Pixels) -> Pixels:
    """``SAMPLE_PIXELS`` of the pixels, or all where there are not more.

    One from each of as many equal stretches of the image, at a place in it that no pattern of
    the image follows. What 1 % of the pixels have, 0.4 to 1.6 % of the sample have (4 σ).
    """
    if len(pixels) <= SAMPLE_PIXELS:
        return pixels
    places = _places(len(pixels))
    if pixels.shape[1] == 1:
        return pixels.take(places, axis=0)
    return pixels.view(np.uint32).take(places).view(np.uint8).reshape(-1, 4)


def split(pixels: Pixels) -> Bands:
    """Each band of the pixels by itself, with alpha or nothing."""
    return np.ascontiguousarray(pixels.T)


def stretches(pixels: Pixels) -> Iterator[Bands]:
    """The pixels split, so many at a time as fit the cache."""
    for start in range(0, len(pixels), SAMPLE_PIXELS):
        yield split(pixels[start : start + SAMPLE_PIXELS])


def brightness(parts: Iterable[Bands]) -> Brightness:
    """Perceived brightness of each pixel of all parts, ascending.

    sqrt(.241 R² + .691 G² + .068 B²), the level itself for grey images.
    Source: Finley, "HSP color model", 2006; the weights are those of CleanVision.
    """
    bright = np.concatenate([_brightness(bands[:3].astype(np.float32)) for bands in parts])
    bright.sort(kind="stable")  # of 16 bits by their digits, in a fifth of the time of floats
    return bright


def _brightness(levels: NDArray[np.float32]) -> NDArray[np.uint16]:
    if len(levels) == 1:
        return (levels[0] * STEPS).astype(np.uint16)
    levels *= levels
    return (np.sqrt(_PERCEIVED @ levels) * STEPS + np.float32(0.5)).astype(np.uint16)


def brightness_numbers(ascending: Brightness) -> dict[str, float]:
    """Mean and percentiles of what ``brightness`` returns, 0..1."""
    mean = int(ascending.sum(dtype=np.uint64)) / len(ascending)
    numbers = {"brightness_mean": mean / BRIGHTEST}
    for percent in PERCENTS:
        numbers[f"brightness_p{percent:02}"] = percentile(ascending, percent)
    return numbers


def exposure_numbers(ascending: Brightness) -> dict[str, float]:
    """Shares of the pixels that are at least as bright as level 250, and at most as level 5."""
    drowned, washed_out = ascending.searchsorted(_EXTREMES).tolist()
    return {
        "overexposed": 1 - washed_out / len(ascending),
        "underexposed": drowned / len(ascending),
    }


def percentile(ascending: Brightness, percent: int) -> float:
    """What ``np.percentile`` says of brightness 0..1: linear between neighbours."""
    place = (len(ascending) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    low, high = ascending.item(below), ascending.item(above)
    return (low + (high - low) * (place - below)) / BRIGHTEST


def entropy(counts: NDArray[np.intp]) -> float:
    """Shannon entropy in bits of the histogram counts of all bands, one after the other.

    0 for an image of one grey level; at most log2 of the number of bins (8 for L, 9.6 for RGB).
    """
    total = counts.sum()
    bits = np.log2(total) - counts @ np.log2(np.maximum(counts, 1)) / total
    return max(0.0, float(bits))


def counts(bands: Bands) -> NDArray[np.intp]:
    """256 counts of the levels of each band, one band after the other."""
    firsts = np.arange(0, 256 * len(bands), 256, dtype=np.uint16)
    return np.bincount((bands + firsts[:, np.newaxis]).ravel(), minlength=256 * len(bands))


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
    centre = levels.sum(axis=1) / np.float32(levels.shape[1])
    levels -= centre[:, np.newaxis]
    if len(bands) == 3:
        centre, levels = _MIXTURES @ centre, _MIXTURES @ levels
    return centre, np.sqrt(np.einsum("ij,ij->i", levels, levels) / levels.shape[1])


def _saturation(bands: Bands) -> float:
    red, green, blue = bands
    most = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    return float((most - least).astype(np.float32) @ _inverses().take(most)) / len(most)


@lru_cache(maxsize=1)
def _inverses() -> NDArray[np.float32]:
    """Of the levels 0 to 255; whatever that of 0 is, nothing is less."""
    return (1 / np.arange(256).clip(1)).astype(np.float32)


@lru_cache(maxsize=8)
def _places(count: int) -> NDArray[np.intp]:
    numbers = np.arange(SAMPLE_PIXELS)
    spread = numbers + (numbers * _GOLDEN) % 1
    return (spread * (count / SAMPLE_PIXELS)).astype(np.intp)
