"""Reduction: principal components of many vectors, without ever holding them as floats at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.compute.vectors import Points, Vectors

SHARE: Final = 0.9
"""Of the variance, which is enough; what is left is mostly noise, and dulls distances."""
MOST: Final = 24
FEWEST: Final = 2
FLAT: Final = 1e-12
"""A variance, beside the squares of the values, that is rounding only."""


@dataclass(frozen=True)
class Axes:
    """The directions along which vectors differ most, the strongest first."""

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]
    """(D, K), orthonormal."""
    explained: float | None
    """Their share of the variance; None where all vectors are equal."""

    @property
    def flat(self) -> bool:
        """Whether nothing differs."""
        return self.explained is None


def principal_axes(vectors: Vectors) -> Axes:
    """Axes that hold 90 % of the variance, at least 2 and at most 24 of them.

    Directions are signed so that the largest entry of each is positive.
    """
    mean, covariance, square = _moments(vectors)
    variances, directions = np.linalg.eigh(covariance)
    variances, directions = np.maximum(variances[::-1], 0), directions[:, ::-1]
    total = float(variances.sum())
    if total <= FLAT * square:
        return Axes(mean, directions[:, :FEWEST], None)
    enough = int(np.searchsorted(np.cumsum(variances), SHARE * total)) + 1
    kept = min(max(enough, FEWEST), MOST, vectors.dimensions)
    return Axes(mean, _signed(directions[:, :kept]), float(variances[:kept].sum() / total))


def project(vectors: Vectors, axes: Axes) -> Points:
    """(N, 2 or more) float32: where each vector is along the axes, the mean at the origin."""
    size = axes.directions.shape[1]
    points = np.zeros((len(vectors), max(size, FEWEST)), np.float32)
    if axes.flat:
        return points
    directions = axes.directions.astype(np.float32)
    mean = axes.mean.astype(np.float32)
    for where, block in vectors.blocks():
        points[where, :size] = (block - mean) @ directions
    return points


def _moments(vectors: Vectors) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Mean (D,), covariance (D, D), and the mean of squares.

    Products are summed within a block as float32 and between blocks as float64, around the first
    vector, so that little is lost where the mean is far from zero.
    """
    size = vectors.dimensions
    first = np.zeros(size, np.float32)
    sums, products, squares = np.zeros(size), np.zeros((size, size)), 0.0
    for where, block in vectors.blocks():
        if where.start == 0:
            first = block[0].copy()
        squares += float(np.square(block, dtype=np.float64).sum())
        block -= first
        sums += block.sum(axis=0, dtype=np.float64)
        products += block.T @ block
    count = max(len(vectors), 1)
    shift = sums / count
    covariance = products / count - np.outer(shift, shift)
    return first + shift, covariance, squares / count


def _signed(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.where(directions[largest, np.arange(directions.shape[1])] < 0, -1, 1)
