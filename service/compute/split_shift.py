"""Split shift: how far the labels of one split are from those of another."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.drift_categories import compare_categories

TESTED: Final = 200
"""Labels that the test tells apart; rarer ones count as one."""
TABLES: Final = 999
SEED: Final = 0

Counts = NDArray[np.int64]


def split_shift(reference: Counts, other: Counts) -> dict[str, Any] | None:
    """Compares (K,) counts of the same labels; None where either has none.

    ``difference`` is the total variation over all labels; the test is Pearson's chi-square, with
    random tables where a label is too rare for its limit. ``unseen_labels`` are labels of the other
    split that the reference has not.
    """
    if not reference.sum() or not other.sum():
        return None
    difference = np.abs(reference / reference.sum() - other / other.sum()).sum() / 2
    tested = compare_categories(
        _pooled(reference, reference + other),
        _pooled(other, reference + other),
        tables=TABLES,
        rng=np.random.default_rng(SEED),
    )
    return {
        "difference": float(difference),
        "chi_square": tested.chi_square,
        "degrees": tested.degrees,
        "p": tested.p,
        "simulated": tested.simulated,
        "unseen_labels": int(((reference == 0) & (other > 0)).sum()),
    }


def _pooled(counts: Counts, both: Counts) -> Counts:
    """The counts of the labels that are most frequent in both, and the sum of the others."""
    order = np.lexsort((np.arange(len(both)), -both))
    return np.append(counts[order[:TESTED]], counts[order[TESTED:]].sum())
