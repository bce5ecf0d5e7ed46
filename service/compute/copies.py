"""Copies: which images are exact copies of each other, and which look nearly the same."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute import duplicates
from service.compute.duplicates import NO_GROUP

SIGNATURE_BYTES: Final = 24
HASH_WORDS: Final = 1
"""64-bit words of a signature that are its perceptual hash; the others are a digest of pixels."""

Groups = NDArray[np.intp]
"""(N,) group numbers, or ``NO_GROUP``."""
Near = tuple[duplicates.Places, int]


@dataclass(frozen=True)
class Copies:
    """The groups of a dataset. Every copy takes part in its near group; copies alone are none."""

    exact: Groups
    near: Groups
    distance: int
    """Within which hashes are near."""

    @property
    def any(self) -> Groups:
        """The near group of each image, or where it has none its exact one."""
        shift = self.near.max(initial=NO_GROUP) + 1
        alone = (self.near == NO_GROUP) & (self.exact != NO_GROUP)
        return np.where(alone, self.exact + shift, self.near)


def find(
    signatures: NDArray[np.void], distance: int, *, since: float, until: float
) -> Generator[dict[str, float], None, Copies]:
    """The groups of (N,) signatures; yields ``{"progress": …}`` between the two."""
    words = np.ascontiguousarray(signatures).view(">u8").reshape(-1, SIGNATURE_BYTES // 8)
    words = words.astype(np.uint64)
    copy_of = duplicates.first_equal(words[:, HASH_WORDS:])
    looks_like = duplicates.first_equal(words[:, :HASH_WORDS])
    looks = np.flatnonzero(looks_like == np.arange(len(words)))
    names, used = yield from _progress(duplicates.near(words[looks, 0], distance), since, until)
    near_of = looks[names][np.searchsorted(looks, looks_like)]
    only_copies = _only_copies(copy_of, near_of)
    near_of[only_copies] = np.flatnonzero(only_copies)
    return Copies(duplicates.groups(copy_of), duplicates.groups(near_of), used)


def surplus(groups: Groups) -> int:
    """How many images could go if one of each group stayed."""
    members = groups[groups != NO_GROUP]
    return len(members) - count_groups(members)


def count_groups(members: Groups) -> int:
    """How many groups (N,) members are of; all of them are in one."""
    return int(np.count_nonzero(np.bincount(members)))


def _progress(
    steps: Generator[float, None, Near], since: float, until: float
) -> Generator[dict[str, float], None, Near]:
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return end.value
        yield {"progress": since + share * (until - since)}


def _only_copies(copy_of: Groups, near_of: Groups) -> NDArray[np.bool_]:
    """Which items share their near group with nothing but exact copies of themselves."""
    mixed = np.zeros(len(near_of), bool)
    mixed[near_of[copy_of != copy_of[near_of]]] = True
    return ~mixed[near_of]
