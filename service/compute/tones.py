"""Tones: how bright, contrasty, colourful and varied the pixels of an image are."""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_PIXELS: Final = 1 << 13
"""Larger images are measured on so many of their pixels."""

PERCENTS: Final = (1, 5, 50, 95, 99)

_PERCEIVED: Final = (np.float32(0.241), np.float32(0.691), np.float32(0.068))
_GOLDEN: Final = (5**0.5 - 1) / 2

Pixels = NDArray[np.uint8]
"""(N, 1) grey levels, or (N, 4) of red, green, blue and alpha or nothing."""

Bands = NDArray[np.uint8]
"""(1, N) grey levels, or (3, N) of red, green and blue."""

Brightness = NDArray[np.float32]
"""(N,) perceived brightness 0..1, ascending."""


def sample(pixels: Pixels) -> Pixels:
    """``SAMPLE_PIXELS`` of the pixels, or all where there are not more.

    One from each of as many equal stretches of the image, at a place in it that no pattern of
    the image follows. What 1 % of the pixels have, 0.6 to 1.4 % of the sample have (4 σ).
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
    """Perceived brightness 0..1 of each pixel, ascending, float32 (N,).

    sqrt(.241 R² + .691 G² + .068 B²) / 255, grey level / 255 for grey images.
    Source: Finley, "HSP color model", 2006; the weights are those of CleanVision.
    """
    bright = np.empty(len(pixels), np.float32)
    for start in range(0, len(pixels), SAMPLE_PIXELS):  # what fits the cache
        part = slice(start, start + SAMPLE_PIXELS)
        bright[part] = _brightness(colour_bands(pixels[part]).astype(np.float32))
    bright.sort()
    return bright


def _brightness(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(levels) == 1:
        return levels[0] / np.float32(255)
    levels *= levels
    for band, weight in zip(levels, _PERCEIVED, strict=True):
        band *= weight
    return np.sqrt(levels[0] + levels[1] + levels[2]) / np.float32(255)


def brightness_numbers(ascending: Brightness) -> dict[str, float]:
    """Mean and percentiles of what ``brightness`` returns."""
    numbers = {"brightness_mean": float(ascending.mean(dtype=np.float64))}
    for percent in PERCENTS:
        numbers[f"brightness_p{percent:02}"] = percentile(ascending, percent)
    return numbers


def percentile(ascending: Brightness, percent: int) -> float:
    """What ``np.percentile`` says, without sorting anew: linear between neighbours."""
    place = (len(ascending) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    low, high = float(ascending[below]), float(ascending[above])
    return low + (high - low) * (place - below)


def entropy(counts: NDArray[np.intp]) -> float:
    """Shannon entropy in bits of the histogram counts of all bands, one after the other.

    0 for an image of one grey level; at most log2 of the number of bins (8 for L, 9.6 for RGB).
    """
    shares = counts[counts > 0] / counts.sum()
    return max(0.0, -float(shares @ np.log2(shares)))


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
    levels = bands.astype(np.float32)
    if len(bands) == 1:
        contrast = _mean_and_deviation(levels[0])[1] / 255
        return {"contrast": contrast, "saturation_mean": 0.0, "colourfulness": 0.0}
    red, green, blue = levels
    red_green = _mean_and_deviation(red - green)
    yellow_blue = _mean_and_deviation((red + green) / 2 - blue)
    luma = red * np.float32(0.299) + green * np.float32(0.587) + blue * np.float32(0.114)
    mean, deviation = np.hypot(red_green, yellow_blue)
    return {
        "contrast": _mean_and_deviation(luma)[1] / 255,
        "saturation_mean": _saturation(levels),
        "colourfulness": float(deviation + 0.3 * mean),
    }


def _mean_and_deviation(values: NDArray[np.float32]) -> tuple[float, float]:
    mean = values.mean()
    centred = values - mean
    return float(mean), float(centred @ centred / len(values)) ** 0.5


def _saturation(levels: NDArray[np.float32]) -> float:
    red, green, blue = levels
    most = np.maximum(np.maximum(red, green), blue)
    least = np.minimum(np.minimum(red, green), blue)
    return float(((most - least) / np.maximum(most, 1)).mean())


@lru_cache(maxsize=1)
def _spread() -> NDArray[np.float64]:
    numbers = np.arange(SAMPLE_PIXELS)
    return numbers + (numbers * _GOLDEN) % 1
