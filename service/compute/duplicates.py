"""Duplicates: groups of images that are equal, and of images that look nearly the same."""

from collections.abc import Generator, Iterator
from itertools import combinations, pairwise
from math import comb, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

HASH_BITS: Final = 64
MOST_PAIRS: Final = 10_000_000
"""Pairs that are held at a time: 80 MB."""

SORT_SECONDS: Final = 1e-8
COMPARE_SECONDS: Final = 1e-8
"""What sorting a hash costs by the logarithm of their number, and what comparing two does."""

NO_GROUP: Final = -1

Places = NDArray[np.intp]
Hashes = NDArray[np.uint64]


def first_equal(keys: NDArray[np.uint64]) -> Places:
    """For each of the (N, K) rows the index of the first row that equals it: (N,)."""
    order = np.lexsort(keys.T)
    ordered = keys[order]
    begins = np.ones(len(keys), bool)
    begins[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    firsts = np.empty(len(keys), np.intp)
    firsts[order] = order[begins][np.cumsum(begins) - 1]
    return firsts


def groups(firsts: Places) -> Places:
    """Group numbers (N,) from what names each one's group; ``NO_GROUP`` where it is alone in it.

    Groups are numbered in the order of their names.
    """
    names, inverse, counts = np.unique(firsts, return_inverse=True, return_counts=True)
    several = counts > 1
    numbers = np.full(len(names), NO_GROUP, np.intp)
    numbers[several] = np.arange(several.sum())
    return numbers[inverse]


def near(hashes: Hashes, distance: int) -> Generator[float, None, tuple[Places, int]]:
    """Brings (N,) different 64-bit hashes together that differ in at most ``distance`` bits.

    Yields the share that is done. Returns for each hash the index of the hash its group is named
    after, its own where nothing is near; and the distance that was used: smaller than what was
    asked for where so many pairs are near that they cannot be held.

    Whatever has a neighbour within the distance is in a group. Groups form around the hashes that
    come first: a member is near the one in the middle, or near a neighbour of it. So two members
    differ in at most 4 x distance bits, and no chain of small steps joins all that is blank.
    """
    for attempt in range(distance, 0, -1):
        pairs = yield from _pairs(hashes, attempt)
        if pairs is not None:
            return _gather(len(hashes), pairs), attempt
    return np.arange(len(hashes)), 0


def _pairs(hashes: Hashes, distance: int) -> Generator[float, None, tuple[Places, Places] | None]:
    """All (i, j), i < j, within the distance, in order; None where they are too many.

    Of distance + t bands of bits at least t are intact in such a pair, so only hashes that share
    some t bands are compared: the t-of-m scheme of Norouzi, Punjani and Fleet, "Fast search in
    Hamming space with multi-index hashing", CVPR 2012.
    """
    count = np.int64(len(hashes))
    found = np.empty(0, np.int64)
    masks = _masks(*_plan(len(hashes), distance))
    for done, mask in enumerate(masks):
        for low, high in _sharing(hashes & mask, hashes, distance):
            found = np.concatenate((found, np.minimum(low, high) * count + np.maximum(low, high)))
            if len(found) > MOST_PAIRS:
                found = _distinct(found)
            if len(found) > MOST_PAIRS // 2:
                return None
        found = _distinct(found)
        yield (done + 1) / len(masks)
    return found // count, found % count


def _distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """In order, each once; what was in order before costs little."""
    ordered = np.sort(values, kind="stable")
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]


def _plan(count: int, distance: int) -> tuple[int, int]:
    """How many bands, and how many of them together, cost the least for hashes at random."""

    def seconds(intact: int) -> float:
        bands = distance + intact
        rivals = count / 2 ** (HASH_BITS * intact / bands) / 2
        each = SORT_SECONDS * log2(count + 2) + COMPARE_SECONDS * rivals
        return comb(bands, intact) * count * each

    intact = min(range(1, 5), key=seconds)
    return distance + intact, intact


def _masks(bands: int, intact: int) -> list[np.uint64]:
    edges = np.linspace(0, HASH_BITS, bands + 1).astype(int).tolist()
    ones = [(1 << high) - (1 << low) for low, high in pairwise(edges)]
    return [np.uint64(sum(chosen)) for chosen in combinations(ones, intact)]


def _sharing(keys: Hashes, hashes: Hashes, distance: int) -> Iterator[tuple[Places, Places]]:
    """Pairs of equal keys whose hashes are near: neighbours in the order of keys, next ones, …"""
    order = np.argsort(keys)
    keys, hashes = keys[order], hashes[order]
    places = np.arange(len(keys))
    step = 0
    while len(places):
        step += 1
        places = places[places + step < len(keys)]
        places = places[keys[places] == keys[places + step]]
        differ = np.bitwise_count(hashes[places] ^ hashes[places + step])
        close = places[differ <= distance]
        yield order[close], order[close + step]


def _gather(count: int, pairs: tuple[Places, Places]) -> Places:
    low, high = pairs
    names = np.full(count, NO_GROUP, np.intp)
    lows, starts = np.unique(low, return_index=True)
    ends = np.append(starts, len(low))[1:]
    for one, start, end in zip(lows.tolist(), starts.tolist(), ends.tolist(), strict=True):
        if names[one] == NO_GROUP:
            others = high[start:end]
            free = others[names[others] == NO_GROUP]
            names[one] = one if len(free) else NO_GROUP
            names[free] = one
    return _join_rest(names, low, high)


def _join_rest(names: Places, low: Places, high: Places) -> Places:
    """Brings those whose neighbours all belong to groups to the first of these neighbours."""
    alone = np.flatnonzero(names == NO_GROUP)
    joined = names.copy()
    joined[alone] = alone
    one, other = np.concatenate((high, low)), np.concatenate((low, high))
    order = np.lexsort((other, one))
    ones, places = np.unique(one[order], return_index=True)
    firsts = other[order][places]
    resting = names[ones] == NO_GROUP
    joined[ones[resting]] = names[firsts[resting]]
    return joined
