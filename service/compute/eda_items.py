"""EDA items: the items of a dataset with their names, and the images with their numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.binary_copy import read_features, read_integers
from service.compute.categories import Categories, Codes, categories
from service.compute.copies import SIGNATURE_BYTES
from service.compute.timeline import Moments

COLUMNS: Final = 6
"""Item id, keys of label, split and camera, seconds of 1970 or NaT, whether there is a position."""

BLOCK: Final = 65_536

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Items:
    """The items of a dataset, by id: those that were read, and those that could not be."""

    ids: Ids
    labels: Categories
    splits: Categories
    cameras: Categories
    taken: Moments
    located: NDArray[np.bool_]


@dataclass(frozen=True)
class Images:
    """The items that were read, by id."""

    ids: Ids
    places: NDArray[np.intp]
    """(N,) where each is among the items."""
    numbers: Mapping[str, Floats]
    signatures: NDArray[np.void]

    def of(self, names: Categories) -> Codes:
        """(N,) the name of each image."""
        return names.codes[self.places]


def read_items(path: Path) -> Items:
    """Items from a binary COPY of ``COLUMNS`` integers a row, in whatever order."""
    rows = read_integers(path, COLUMNS)
    ids, labels, splits, cameras, taken, located = rows[np.argsort(rows[:, 0])].T
    return Items(
        ids,
        categories(labels, ids),
        categories(splits, ids),
        categories(cameras, ids),
        taken.astype("datetime64[s]"),
        located != 0,
    )


def read_images(path: Path, names: Sequence[str], items: Items) -> Images:
    """Images from a binary COPY of features whose numbers have these names."""
    rows = read_features(path, numbers=len(names), signature_bytes=SIGNATURE_BYTES)
    order = np.argsort(rows["item_id"], kind="stable")
    ids = rows["item_id"][order].astype(np.int64)
    columns = _columns(rows["numbers"]["value"], order)
    return Images(
        ids,
        np.searchsorted(items.ids, ids),
        dict(zip(names, columns, strict=True)),
        rows["signature"][order],
    )


def _columns(rows: NDArray[np.float64], order: NDArray[np.intp]) -> Floats:
    """(N, K) rows in their order as (K, N), some at a time: the file is walked through once."""
    columns = np.empty(rows.shape[::-1])
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        columns[:, part] = rows[order[part]].T
    return columns
