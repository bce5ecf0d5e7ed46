"""Drift of numbers: how the values of one attribute differ between two samples."""

from dataclasses import dataclass
from math import exp
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Shares = NDArray[np.float64]
"""(K,) shares of a sample in K bins or categories; their sum is 1."""

FEW_VALUES: Final = 20
"""A sample of so few different values is compared value by value, not in bins."""
LEAST_DEVIATION: Final = 1e-3
LEAST_SHARE: Final = 1e-4
FAR_BELOW: Final = 1e-6
SURELY: Final = 1e-12


@dataclass(frozen=True)
class NumberDrift:
    """What the tests and distances say of one attribute."""

    ks: float
    """Kolmogorov-Smirnov: the largest difference between the two distribution functions, 0 to 1."""
    p: float
    wasserstein: float
    """In standard deviations of the reference."""
    psi: float
    jensen_shannon: float
    """A distance, 0 to .83."""


def compare_numbers(reference: Floats, current: Floats) -> NumberDrift:
    """Compares (N,) with (M,) values, neither empty."""
    ks, p = kolmogorov_smirnov(reference, current)
    one, other = binned_shares(reference, current)
    return NumberDrift(
        ks, p, wasserstein(reference, current), psi(one, other), jensen_shannon(one, other)
    )


def kolmogorov_smirnov(reference: Floats, current: Floats) -> tuple[float, float]:
    """Statistic and two-sided p-value of two samples: exact up to 10,000 each, else in the limit.

    Where values are equal the p-value is too large, never too small. One so small that it says
    only *surely* is the bound of the limit: to count it exactly takes seconds where sizes differ.
    """
    gaps, apart = _steps(reference, current)
    statistic = float(np.abs(apart[gaps > 0]).max(initial=0.0))
    size = len(reference) * len(current) / (len(reference) + len(current))
    bound = 2 * exp(-2 * size * statistic**2)
    if bound < SURELY:
        return statistic, bound
    told: Any = stats.ks_2samp(reference, current, method="auto")
    return statistic, min(float(told.pvalue), 1.0)


def wasserstein(reference: Floats, current: Floats) -> float:
    """First Wasserstein distance over the reference's deviation, which counts as at least .001."""
    gaps, apart = _steps(reference, current)
    return float(np.abs(apart) @ gaps) / max(float(reference.std()), LEAST_DEVIATION)


def binned_shares(reference: Floats, current: Floats) -> tuple[Shares, Shares]:
    """Shares of both in Sturges' bins of all values; of each value where the reference has few."""
    pooled = np.concatenate((reference, current))
    if len(np.unique(reference)) <= FEW_VALUES:
        values, places = np.unique(pooled, return_inverse=True)
        return shares_of(places, len(reference), len(values))
    edges = np.histogram_bin_edges(pooled, bins="sturges")
    counts = [np.histogram(sample, edges)[0] for sample in (reference, current)]
    return counts[0] / len(reference), counts[1] / len(current)


def shares_of(places: NDArray[np.intp], split: int, kinds: int) -> tuple[Shares, Shares]:
    """Shares of each kind among the first ``split`` of (N,) numbers of kinds, and the others."""
    counts = [np.bincount(part, minlength=kinds) for part in (places[:split], places[split:])]
    return counts[0] / split, counts[1] / (len(places) - split)


def psi(reference: Shares, current: Shares) -> float:
    """Population stability index: sum of (r - c) ln(r / c); an empty bin counts as very little."""
    one, other = _filled(reference), _filled(current)
    return float(((one - other) * np.log(one / other)).sum())


def jensen_shannon(reference: Shares, current: Shares) -> float:
    """Root of the Jensen-Shannon divergence in nats: 0 where equal, .83 where nothing is shared.

    Source: Endres and Schindelin, "A new metric for probability distributions", 2003.
    """
    middle = (reference + current) / 2
    nats = special.rel_entr(reference, middle).sum() + special.rel_entr(current, middle).sum()
    return float(np.sqrt(max(float(nats), 0.0) / 2))


def _steps(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
    """How far it is from each of all values to the next, and how far apart both samples'
    distribution functions are on the way: (N + M - 1,) each.
    """
    pooled = np.concatenate((reference, current))
    order = np.argsort(pooled)
    below = np.cumsum(order < len(reference))[:-1]
    apart = below / len(reference) - (np.arange(1, len(pooled)) - below) / len(current)
    return np.diff(pooled[order]), apart


def _filled(shares: Shares) -> Shares:
    """Empty bins get .0001, or far below the smallest share where that is as little itself."""
    smallest = float(shares[shares > 0].min())
    little = smallest * FAR_BELOW if smallest <= LEAST_SHARE else LEAST_SHARE
    return np.where(shares > 0, shares, little)
