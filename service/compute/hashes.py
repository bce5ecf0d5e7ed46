"""Hashes: what an image looks like in 64 bits, and which pixels exactly it has in 128."""

from typing import Final

import numpy as np
import xxhash
from PIL import Image

from service.compute.pixels import UInt8s, plane

SIDE: Final = 32
KEPT: Final = 8
TIED: Final = 1e-6

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
    small = plane(luma.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    frequencies = _COSINES @ small.astype(np.float64) @ _COSINES.T
    ascending = np.sort(frequencies, axis=None)
    middle = len(ascending) // 2
    median = (ascending[middle - 1] + ascending[middle]) / 2
    return np.packbits(frequencies - median > TIED).tobytes()


def digest(stored: UInt8s, *, size: tuple[int, int], mode: str) -> bytes:
    """16 bytes that are equal where mode, width and height, and all stored samples are: XXH3.

    Nobody is kept from making two images with the same digest on purpose.
    """
    state = xxhash.xxh3_128(f"{mode} {size[0]} {size[1]} ".encode())
    state.update(stored.data)
    return state.digest()
