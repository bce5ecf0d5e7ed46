"""Hashes: what an image looks like in 64 bits, and which pixels exactly it has in 128."""

import hashlib
from typing import Final

import numpy as np
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

BLOCK_BYTES: Final = 1 << 14
WORD_BYTES: Final = 8

_COSINES: Final = 2 * np.cos(
    np.pi * np.outer(np.arange(KEPT), 2 * np.arange(SIDE) + 1) / (2 * SIDE)
)
_FACTORS: Final = np.frombuffer(
    hashlib.shake_256(b"pixels").digest(BLOCK_BYTES), "<u8"
) | np.uint64(1)


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
    """16 bytes that are equal where mode, width and height, and all stored samples are.

    Every block of 16 KiB enters as sums of its 64-bit words times odd factors, modulo 2^64,
    which costs a third of SHA-1. Any one changed word changes its sum. The words of the second sum
    start 4 bytes later, since changes of only the top bits of words weigh little in a sum; the top
    bits of words of RGB hold no colour. Nobody is kept from making two images with the same digest
    on purpose.
    """
    flat = stored.ravel()
    state = hashlib.blake2b(f"{mode} {size[0]} {size[1]}".encode(), digest_size=16)
    for start in (0,) if mode == "RGB" else (0, WORD_BYTES // 2):
        blocks = max(0, len(flat) - start) // BLOCK_BYTES
        words = flat[start : start + blocks * BLOCK_BYTES].view("<u8")
        state.update((words.reshape(blocks, BLOCK_BYTES // WORD_BYTES) @ _FACTORS).tobytes())
    state.update(flat[len(flat) // BLOCK_BYTES * BLOCK_BYTES :].tobytes())
    return state.digest()


def _above_median(pixels: UInt8s | NDArray[np.float32]) -> NDArray[np.float64]:
    """The lowest (8, 8) of the two-dimensional DCT-II of (32, 32) pixels, less their median."""
    frequencies = _COSINES @ pixels.astype(np.float64) @ _COSINES.T
    ascending = np.sort(frequencies, axis=None)
    middle = len(ascending) // 2
    return frequencies - (ascending[middle - 1] + ascending[middle]) / 2


def _bits(above_median: NDArray[np.float64]) -> bytes:
    return np.packbits(above_median > TIED).tobytes()
