"""MMD: whether two samples of vectors are of one distribution, by a kernel and permutations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist

Vectors = NDArray[np.float32]

EXACT_UP_TO: Final = 4000
"""Vectors of both samples up to which the kernel is a matrix (64 MB); above it is approximated."""
FREQUENCIES: Final = 512
"""Random Fourier features are a cosine and a sine of each."""
TOLD_BY: Final = 1000
"""How many vectors tell the bandwidth."""
AT_ONCE: Final = 100
"""Permutations that are held at a time."""


@dataclass(frozen=True)
class Mmd:
    """The squared maximum mean discrepancy of two samples, and how likely so much is by chance."""

    squared: float
    """The unbiased estimate, which is below 0 about every second time that nothing differs."""
    share: float
    """Of the variety of all vectors, how much goes with the sample that one is of: 0 to 1."""
    p: float
    bandwidth: float
    approximated: bool


def mmd(
    reference: Vectors, current: Vectors, *, permutations: int, rng: np.random.Generator
) -> Mmd | None:
    """Compares (N, D) with (M, D) vectors, two each at least; None where all of them are equal.

    The kernel is exp(-|x - y|² / (2 b²)) with b the median distance of all vectors. The p-value is
    (1 + k) / (1 + B) for k of B permutations that differ as much.

    Sources: Gretton et al., "A kernel two-sample test", 2012; Rahimi and Recht, "Random features
    for large-scale kernel machines", 2007.
    """
    pooled = np.concatenate((reference, current))
    bandwidth = _bandwidth(pooled, rng)
    if not bandwidth:
        return None
    approximated = len(pooled) > EXACT_UP_TO
    kernel = _Fourier(pooled, bandwidth, rng) if approximated else _Matrix(pooled, bandwidth)
    weights = _weights(len(reference), len(current))
    observed, *_ = kernel.discrepancies(weights[None])
    extreme = sum(
        int((kernel.discrepancies(block) >= observed).sum())
        for block in _permuted(weights, permutations, rng)
    )
    squared, share = _unbiased(kernel, len(reference), len(current))
    return Mmd(squared, share, (1 + extreme) / (1 + permutations), bandwidth, approximated)


class _Matrix:
    """The kernel of all pairs."""

    def __init__(self, vectors: Vectors, bandwidth: float) -> None:
        squares = np.einsum("nd,nd->n", vectors, vectors)
        kernel = vectors @ vectors.T
        kernel *= 2
        kernel -= squares[:, None]
        kernel -= squares
        kernel /= np.float32(2 * bandwidth**2)
        np.minimum(kernel, 0, out=kernel)
        self._kernel: Vectors = np.exp(kernel, out=kernel)

    def discrepancies(self, weights: Vectors) -> NDArray[np.float64]:
        """wᵀKw for each of (B, N) weights whose sum is 0."""
        return np.einsum("bn,bn->b", weights @ self._kernel, weights, dtype=np.float64)

    def similarities(self, weights: Vectors) -> NDArray[np.float64]:
        """(B, B) sums of wᵀKw'."""
        return (weights @ self._kernel).astype(np.float64) @ weights.T.astype(np.float64)


class _Fourier:
    """Features whose products are the kernel, but for a random error of about a percent."""

    def __init__(self, vectors: Vectors, bandwidth: float, rng: np.random.Generator) -> None:
        shape = (vectors.shape[1], FREQUENCIES)
        angles = vectors @ (rng.standard_normal(shape, np.float32) / np.float32(bandwidth))
        features = np.empty((len(vectors), 2 * FREQUENCIES), np.float32)
        np.cos(angles, out=features[:, :FREQUENCIES])
        np.sin(angles, out=features[:, FREQUENCIES:])
        features /= np.float32(np.sqrt(FREQUENCIES))
        self._features: Vectors = features

    def discrepancies(self, weights: Vectors) -> NDArray[np.float64]:
        means = weights @ self._features
        return np.einsum("bf,bf->b", means, means, dtype=np.float64)

    def similarities(self, weights: Vectors) -> NDArray[np.float64]:
        means = (weights @ self._features).astype(np.float64)
        return means @ means.T


def _bandwidth(pooled: Vectors, rng: np.random.Generator) -> float:
    """Median distance; that of those that differ where most are equal, 0 where all are."""
    told = pooled[np.sort(rng.permutation(len(pooled))[:TOLD_BY])].astype(np.float64)
    distances = pdist(told)
    median = float(np.median(distances))
    if median:
        return median
    apart = distances[distances > 0]
    return float(np.median(apart)) if len(apart) else float(np.ptp(pooled, axis=0).max())


def _weights(first: int, second: int) -> Vectors:
    """Of the mean of the first less that of the second."""
    return np.repeat(np.array([1 / first, -1 / second], np.float32), [first, second])


def _permuted(weights: Vectors, permutations: int, rng: np.random.Generator) -> Iterator[Vectors]:
    for start in range(0, permutations, AT_ONCE):
        block = np.tile(weights, (min(AT_ONCE, permutations - start), 1))
        yield rng.permuted(block, axis=1)


def _unbiased(kernel: _Matrix | _Fourier, first: int, second: int) -> tuple[float, float]:
    """The unbiased estimate, and the share of the kernel's variance that lies between samples."""
    total = first + second
    within = np.zeros((2, total), np.float32)
    within[0, :first] = within[1, first:] = 1
    sums = kernel.similarities(within)
    squared = (
        (sums[0, 0] - first) / (first * (first - 1))
        + (sums[1, 1] - second) / (second * (second - 1))
        - 2 * sums[0, 1] / (first * second)
    )
    variance = 1 - sums.sum() / total**2
    between = squared * first * second / total**2
    return float(squared), float(np.clip(between / variance, 0, 1)) if variance > 0 else 0.0
