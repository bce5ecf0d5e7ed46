"""Categories: items by a name that some of them have: a label, a split, a camera."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NONE: Final = 0
"""The key of an item that has no name."""
UNNAMED: Final = -1

Ids = NDArray[np.int64]
Codes = NDArray[np.intp]
"""(N,) places in the list of names, ``UNNAMED`` where there is none."""


@dataclass(frozen=True)
class Categories:
    """Names in the order of their frequency, then of their first items; none is known itself."""

    codes: Codes
    counts: NDArray[np.int64]
    """(K,) how many items have each name."""
    examples: Ids
    """(K,) the first item of each: it knows the name."""

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def named(self) -> int:
        """How many items have a name."""
        return int(self.counts.sum())


def categories(keys: NDArray[np.int64], ids: Ids) -> Categories:
    """The categories of (N,) items, in the order of their ids; equal names have equal keys."""
    named = np.flatnonzero(keys != NONE)
    _, firsts, inverse, counts = np.unique(
        keys[named], return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((firsts, -counts))
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order))
    codes = np.full(len(keys), UNNAMED, np.intp)
    codes[named] = ranks[inverse]
    return Categories(codes, counts[order].astype(np.int64), ids[named][firsts[order]])
