"""Hashes: what an image looks like in 64 bits, and which pixels exactly it has in 128."""

from typing import Final

import numpy as np
import xxhash
from numpy.typing import NDArray
from PIL import Image

from service.compute import resampling
from service.compute.pixels import UInt8s, plane
from service.compute.resampling import LANCZOS

SIDE: Final = 32
KEPT: Final = 8
NEAR_MEDIAN: Final = 8.0
"""A pixel that is wrong by 1 moves a frequency and the median by at most 4 each."""

TIED: Final = 1e-6
SMALL_PIXELS: Final = 1 << 15

_COSINES: Final = 2 * np.cos(
    np.pi * np.outer(np.arange(KEPT), 2 * np.arange(SIDE) + 1) / (2 * SIDE)
)


def perceptual(luma: Image.Image) -> bytes:
    """The 8-byte pHash of a mode L image: equal bytes where images look the same at 32 × 32.

    Which of the lowest 8 × 8 frequencies of the 32 × 32 Lanczos thumbnail exceed their median,
    row by row, most significant bit first: the bits of ``imagehash.phash``. Frequencies that
    equal the median (flat and symmetric images) are 0 here and a matter of rounding there.

    Source: Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    width, height = luma.size
    if width * height > SMALL_PIXELS and height < resampling.TALL * width:
        above = _above_median(resampling.resized(plane(luma), (SIDE, SIDE), LANCZOS))
        if np.abs(above).min() > NEAR_MEDIAN:
            return _bits(above)
    exact = luma.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return _bits(_above_median(plane(exact)))


def digest(stored: UInt8s, *, size: tuple[int, int], mode: str) -> bytes:
    """16 bytes that are equal where mode, width and height, and all stored samples are: XXH3.

    Nobody is kept from making two images with the same digest on purpose.
    """
    state = xxhash.xxh3_128(f"{mode} {size[0]} {size[1]} ".encode())
    state.update(stored.data)
    return state.digest()


def _above_median(pixels: UInt8s | NDArray[np.float32]) -> NDArray[np.float64]:
    """The lowest (8, 8) of the two-dimensional DCT-II of (32, 32) pixels, less their median."""
    frequencies = _COSINES @ pixels.astype(np.float64) @ _COSINES.T
    ascending = np.sort(frequencies, axis=None)
    middle = len(ascending) // 2
    return frequencies - (ascending[middle - 1] + ascending[middle]) / 2


def _bits(above_median: NDArray[np.float64]) -> bytes:
    return np.packbits(above_median > TIED).tobytes()
