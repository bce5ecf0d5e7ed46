"""Duplicates: groups of images that are equal, and of images that look nearly the same."""

from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

HASH_BITS: Final = 64
CHUNK: Final = 4096
"""Hashes compared at a time with all that share a band with them."""


def equal_groups(keys: NDArray[Any]) -> list[NDArray[np.intp]]:
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
    for low, high in pairwise(edges):
        mask = np.uint64(((1 << int(high - low)) - 1) << int(low))
        blocks = equal_groups(hashes & mask)
        found.extend(_pairs_within(hashes, block, distance) for block in blocks)
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
