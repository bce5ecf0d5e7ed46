"""Hashes: of how an image looks, of its pixels, and the groups that they form."""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HASH_SIDE: Final = 8
PLANE_SIDE: Final = 32
HASH_BITS: Final = 64
CHUNK: Final = 4096
"""Hashes compared at a time with all that share a band with them."""


def _cosines(size: int) -> NDArray[np.float64]:
    """The DCT-II as a matrix, (size, size), not normalised."""
    n = np.arange(size)
    return 2 * np.cos(np.pi * np.outer(n, 2 * n + 1) / (2 * size))


LOW_COSINES: Final = _cosines(PLANE_SIDE)[:HASH_SIDE]


def perceptual_hash(grey: Image.Image) -> bytes:
    """8 bytes: whether each of the 8 x 8 lowest frequencies of a 32 x 32 reduction exceeds their median.

    Source: Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.
    """
    plane = np.asarray(grey.resize((PLANE_SIDE, PLANE_SIDE), Image.Resampling.LANCZOS), np.float64)
    low = LOW_COSINES @ plane @ LOW_COSINES.T
    return np.packbits(low > np.median(low)).tobytes()


def pixel_digest(pixels: NDArray[np.uint8], mode: str) -> bytes:
    """16 bytes that are equal for images of equal pixels, shape and mode."""
    digest = hashlib.sha256(f"{mode} {pixels.shape} {pixels.dtype}".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.digest()[:16]


def equal_groups(keys: NDArray[np.void]) -> list[NDArray[np.intp]]:
    """Groups of two or more indices of equal keys, (N,) of fixed-size bytes; by first index."""
    if not len(keys):
        return []
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)))
    groups = [order[starts[n] : starts[n + 1]] for n in np.flatnonzero(counts > 1)]
    return sorted(groups, key=lambda group: int(group[0]))


def near_groups(hashes: NDArray[np.uint64], distance: int) -> list[NDArray[np.intp]]:
    """Groups of two or more indices whose hashes, (N,) uint64, differ in at most ``distance`` bits.

    All members are within ``distance`` of the first of their group, which is the one with the
    smallest index: so no chain of small steps joins what is far apart. By first index.
    """
    leaders = np.arange(len(hashes))
    first, second = _close_pairs(hashes, distance)
    for low, high in zip(first.tolist(), second.tolist(), strict=True):
        if leaders[low] == low and leaders[high] == high:
            leaders[high] = low
    members = np.flatnonzero(leaders != np.arange(len(hashes)))
    groups: dict[int, list[int]] = {}
    for member in members.tolist():
        groups.setdefault(int(leaders[member]), []).append(member)
    return [np.array([leader, *rest]) for leader, rest in sorted(groups.items())]


def _close_pairs(
    hashes: NDArray[np.uint64], distance: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs (i, j), i < j, within the distance, in order.

    Of distance + 1 bands of bits, at least one is intact in any such pair (pigeonhole), so only
    hashes that share a band are compared.
    """
    found = [np.empty((0, 2), np.intp)]
    edges = np.linspace(0, HASH_BITS, distance + 2).astype(int)
    for low, high in zip(edges[:-1], edges[1:], strict=True):
        mask = np.uint64(((1 << int(high - low)) - 1) << int(low))
        for block in equal_groups(hashes & mask):
            found.append(_pairs_within(hashes, block, distance))
    pairs = np.unique(np.concatenate(found), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _pairs_within(
    hashes: NDArray[np.uint64], block: NDArray[np.intp], distance: int
) -> NDArray[np.intp]:
    """The close pairs of one band's block; equal hashes are all paired with the first of them."""
    firsts, inverse = _distinct(hashes[block])
    pairs = [np.column_stack((block[firsts[inverse]], block))]
    chosen = block[firsts]
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        differ = np.bitwise_count(hashes[part][:, None] ^ hashes[chosen][None, :])
        low, high = np.nonzero(differ <= distance)
        pairs.append(np.column_stack((part[low], chosen[high])))
    together = np.concatenate(pairs)
    return together[together[:, 0] < together[:, 1]]


def _distinct(values: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    _, firsts, inverse = np.unique(values, return_index=True, return_inverse=True)
    return firsts, inverse
