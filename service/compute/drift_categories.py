"""Drift of categories: how the counts of categories differ between two samples."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from service.compute.drift_numbers import jensen_shannon, psi

Counts = NDArray[np.int64]

LEAST_EXPECTED: Final = 5
"""Cochran's rule: with fewer expected in a cell, the limit distribution is not to be trusted."""
SAME: Final = 1 - 1e-12
"""A simulated table counts as at least as uneven, but for rounding."""


@dataclass(frozen=True)
class CategoryDrift:
    """What the test and the distances say of one attribute."""

    chi_square: float
    degrees: int
    p: float
    simulated: bool
    """Whether the p-value is from random tables, as some category is too rare for the limit."""
    difference: float
    """Total variation: the share of a sample that would have to change category, 0 to 1."""
    psi: float
    jensen_shannon: float


def compare_categories(
    reference: Counts, current: Counts, *, tables: int, rng: np.random.Generator
) -> CategoryDrift:
    """Compares (K,) with (K,) counts of the same categories; neither sum is 0."""
    seen = reference + current > 0
    counts = np.stack((reference[seen], current[seen])).astype(np.int64)
    one, other = counts / counts.sum(axis=1, keepdims=True)
    statistic, simulated, p = _test(counts, tables, rng)
    return CategoryDrift(
        chi_square=statistic,
        degrees=counts.shape[1] - 1,
        p=p,
        simulated=simulated,
        difference=float(np.abs(one - other).sum() / 2),
        psi=psi(one, other),
        jensen_shannon=jensen_shannon(one, other),
    )


def _test(counts: Counts, tables: int, rng: np.random.Generator) -> tuple[float, bool, float]:
    """Pearson's statistic for a (2, K) table, whether its p-value is simulated, and that value."""
    if counts.shape[1] == 1:
        return 0.0, False, 1.0
    expected = counts.sum(axis=1)[:, None] * (counts.sum(axis=0) / counts.sum())
    statistic = float(((counts - expected) ** 2 / expected).sum())
    if expected.min() >= LEAST_EXPECTED:
        p: Any = stats.chi2.sf(statistic, counts.shape[1] - 1)
        return statistic, False, float(p)
    drawn = rng.multivariate_hypergeometric(
        counts.sum(axis=0), int(counts[0].sum()), size=tables, method="marginals"
    )
    simulated = ((drawn - expected[0]) ** 2 * (1 / expected).sum(axis=0)).sum(axis=1)
    extreme = int((simulated >= statistic * SAME).sum())
    return statistic, True, (1 + extreme) / (1 + tables)
