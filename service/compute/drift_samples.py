"""Drift samples: the images of two sides, each different one once and on one side only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST: Final = 20
"""Images of a side below which nothing is tested."""

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Sample:
    """The readable images of one side, by item id."""

    ids: NDArray[np.int64]
    blobs: NDArray[np.int64]
    """(N,) equal for equal files."""
    numbers: Mapping[str, NDArray[np.float64]]
    labels: NDArray[np.intp]
    """(N,) places in the list of labels, -1 where there is none."""
    descriptors: NDArray[np.uint8]
    """(N, D)."""

    def __len__(self) -> int:
        return len(self.ids)

    def at(self, places: Places) -> "Sample":
        return Sample(
            self.ids[places],
            self.blobs[places],
            {name: values[places] for name, values in self.numbers.items()},
            self.labels[places],
            self.descriptors[places],
        )


@dataclass(frozen=True)
class Sides:
    """What is compared, and what became of images that both sides have."""

    reference: Sample
    current: Sample
    shared: int
    counted_for: str | None
    """The side that has the shared ones; None where they are left out."""


def independent(reference: Sample, current: Sample) -> Sides:
    """Copies count once, and what both have is left out, so that chance has its usual measure.

    Where that leaves too few on one side, they count for that side: a dataset is compared with
    what was added to it since, or a part with the rest. Equal sides leave nothing.
    """
    one, other = _different(reference.blobs), _different(current.blobs)
    common = np.isin(reference.blobs[one], current.blobs[other])
    shared = int(common.sum())
    own, new = one[~common], other[~np.isin(current.blobs[other], reference.blobs[one])]
    counted_for = None
    if shared and len(own) != len(new) and min(len(own), len(new)) < LEAST:
        counted_for = "reference" if len(own) < len(new) else "current"
    return Sides(
        reference.at(one if counted_for == "reference" else own),
        current.at(other if counted_for == "current" else new),
        shared,
        counted_for,
    )


def _different(blobs: NDArray[np.int64]) -> Places:
    """The first of each, in order."""
    return np.sort(np.unique(blobs, return_index=True)[1])
