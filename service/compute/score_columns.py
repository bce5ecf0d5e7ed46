"""Score columns: what an analysis says of every item, as columns one after the other in a file."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


def single(scores: Floats) -> Singles:
    """As they are told: whoever compares them with a threshold finds what the analysis found."""
    return scores.astype("<f4")


def write(path: Path, ids: Ints, unreadable: Ints, scores: Iterable[Floats]) -> None:
    """The ids (N + U,) of all items in rising order as int64, then each score as float32.

    ``scores`` are those (N,) of ``ids``; those of ``unreadable`` (U,) are NaN.
    """
    every = np.concatenate((ids, unreadable))
    order = np.argsort(every, kind="stable")
    missing = np.full(len(unreadable), np.nan, "<f4")
    with path.open("wb") as file:
        every[order].astype("<i8").tofile(file)
        for told in scores:
            np.concatenate((single(told), missing))[order].tofile(file)
