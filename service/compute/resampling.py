"""Resampling: Pillow's ways of reducing a grey plane, as banded matrix products."""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

PRECISION: Final = 1 << 22
"""Pillow's weights are whole multiples of 1 / PRECISION."""

TALL: Final = 1.6
"""Height by width."""

BAND: Final = 16
BLOCK_SAMPLES: Final = 25_000
"""Samples turned to float32 at a time: 100 kB stay in the cache, and glibc hands them out again."""

Float32Matrix = NDArray[np.float32]
Weights = NDArray[np.float64]
Places = NDArray[np.intp]


class Kernel(NamedTuple):
    """How much a sample counts, by its distance from an output, in units of outputs."""

    name: str
    support: int
    """Distance from which on nothing counts."""


LANCZOS: Final = Kernel("lanczos", 3)
BICUBIC: Final = Kernel("bicubic", 2)


class _Band(NamedTuple):
    """The samples [low, high) that outputs [first, last) depend on, and with which weights."""

    low: int
    high: int
    first: int
    last: int
    weights: Float32Matrix
    """(high - low, last - first)"""


def resized(plane: NDArray[np.uint8], size: tuple[int, int], kernel: Kernel) -> Float32Matrix:
    """An (H, W) uint8 plane as whole numbers 0..255, (height, width) of ``size``, like Pillow.

    Like Pillow it resizes the rows first and rounds after each direction. The products are float32,
    so that about one value in 30,000 differs by 1. Pillow 13 needs two to three times as long.
    """
    width, height = size
    narrow = np.empty((len(plane), width), np.float32)
    count = max(1, BLOCK_SAMPLES // plane.shape[1])
    for top in range(0, len(plane), count):
        rows = plane[top : top + count].astype(np.float32)
        for band in _bands(plane.shape[1], width, kernel):
            narrow[top : top + count, band.first : band.last] = (
                rows[:, band.low : band.high] @ band.weights
            )
    _round(narrow)
    small = np.empty((height, width), np.float32)
    for band in _bands(len(plane), height, kernel):
        small[band.first : band.last] = band.weights.T @ narrow[band.low : band.high]
    return _round(small)


def _round(values: Float32Matrix) -> Float32Matrix:
    values += 0.5
    np.floor(values, out=values)
    return np.clip(values, 0, 255, out=values)


@lru_cache(maxsize=256)
def _bands(samples: int, outputs: int, kernel: Kernel) -> tuple[_Band, ...]:
    low, high, weights = _weights(samples, outputs, kernel)
    return tuple(
        _band(low, high, weights, first, min(first + BAND, outputs))
        for first in range(0, outputs, BAND)
    )


def _band(low: Places, high: Places, weights: Weights, first: int, last: int) -> _Band:
    start, end = int(low[first]), int(high[last - 1])
    dense = np.zeros((end - start, last - first), np.float32)
    for column, output in enumerate(range(first, last)):
        taps = int(high[output] - low[output])
        offset = int(low[output]) - start
        dense[offset : offset + taps, column] = weights[output, :taps]
    return _Band(start, end, first, last, dense)


def _weights(samples: int, outputs: int, kernel: Kernel) -> tuple[Places, Places, Weights]:
    """First and last sample of each output and (outputs, taps) weights, as Pillow computes them."""
    scale = samples / outputs
    stretch = max(scale, 1.0)
    reach = kernel.support * stretch
    centre = (np.arange(outputs) + 0.5) * scale
    low = np.maximum(centre - reach + 0.5, 0).astype(np.intp)
    high = np.minimum(centre + reach + 0.5, samples).astype(np.intp)
    taps = np.arange(int((high - low).max()))
    distance = np.abs(taps + (low - centre + 0.5)[:, None]) / stretch
    weights = _lanczos(distance) if kernel is LANCZOS else _bicubic(distance)
    weights[(distance >= kernel.support) | (taps >= (high - low)[:, None])] = 0
    weights /= weights.sum(axis=1, keepdims=True)
    return low, high, np.round(weights * PRECISION) / PRECISION


def _lanczos(distance: Weights) -> Weights:
    return np.sinc(distance) * np.sinc(distance / 3)


def _bicubic(distance: Weights) -> Weights:
    near = (1.5 * distance - 2.5) * distance * distance + 1
    far = ((2.5 - 0.5 * distance) * distance - 4) * distance + 2
    return np.where(distance < 1, near, far)
