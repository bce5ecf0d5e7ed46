"""Hashes: what an image looks like in 64 bits, and which pixels exactly it has in 128."""

from functools import lru_cache
from typing import Final

import numpy as np
import xxhash
from numpy.typing import NDArray
from PIL import Image

from service.compute.pixels import UInt8s, plane

SIDE: Final = 32
KEPT: Final = 8
TIED: Final = 1e-6


def perceptual(luma: Image.Image) -> bytes:
    """The 8-byte pHash of a mode L image: equal bytes where images look the same at 32 × 32.

    Which of the lowest 8 × 8 frequencies of the 32 × 32 Lanczos thumbnail exceed their median,
    row by row, most significant bit first: the bits of ``imagehash.phash``. Frequencies that
    equal the median (flat and symmetric images) are 0 here and a matter of rounding there.

    Source: Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    return of_square(plane(luma.resize((SIDE, SIDE), Image.Resampling.LANCZOS)))


def of_square(levels: UInt8s) -> bytes:
    """The same of what is square already, and at least 32 × 32."""
    waves = _waves(len(levels))
    frequencies = waves @ levels.astype(np.float64) @ waves.T
    ascending = np.sort(frequencies, axis=None)
    middle = len(ascending) // 2
    median = (ascending[middle - 1] + ascending[middle]) / 2
    return np.packbits(frequencies - median > TIED).tobytes()


@lru_cache(maxsize=4)
def _waves(side: int) -> NDArray[np.float64]:
    """(KEPT, side): what each pixel of a line adds to the frequencies of its Lanczos thumbnail."""
    lines = Image.fromarray(np.eye(side, dtype=np.float32))
    thumbnail = np.asarray(lines.resize((side, SIDE), Image.Resampling.LANCZOS))
    places = 2 * np.arange(SIDE) + 1
    return 2 * np.cos(np.pi * np.outer(np.arange(KEPT), places) / (2 * SIDE)) @ thumbnail


def digest(stored: UInt8s, *, size: tuple[int, int], mode: str) -> bytes:
    """16 bytes that are equal where mode, width and height, and all stored samples are: XXH3.

    Nobody is kept from making two images with the same digest on purpose.
    """
    state = xxhash.xxh3_128(f"{mode} {size[0]} {size[1]} ".encode())
    state.update(stored.data)
    return state.digest()
