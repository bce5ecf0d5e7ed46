"""Drift of numbers: published examples, SciPy's answers, and what must hold of any data."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import distance

from service.compute.drift_numbers import (
    binned_shares,
    compare_numbers,
    jensen_shannon,
    kolmogorov_smirnov,
    psi,
    wasserstein,
)

CONOVER = (
    np.array([7.6, 8.4, 8.6, 8.7, 9.3, 9.9, 10.1, 10.6, 11.2]),
    np.array(
        [5.2, 5.7, 5.9, 6.5, 6.8, 8.2, 9.1, 9.8, 10.8, 11.3, 11.5, 12.3, 12.5, 13.4, 14.6],
    ),
)
"""Conover, Practical Nonparametric Statistics, the example of the Smirnov test."""


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_smirnovs_statistic_is_that_of_conovers_example() -> None:
    statistic, p = kolmogorov_smirnov(*CONOVER)

    assert statistic == pytest.approx(0.4, abs=1e-12)
    assert p > 0.2


@pytest.mark.parametrize("size", [40, 3000, 12_000])
def test_every_figure_is_the_one_of_scipy(rng: np.random.Generator, size: int) -> None:
    reference, current = rng.gamma(2, 3, size), rng.gamma(2.2, 3, size + 7)

    told = compare_numbers(reference, current)

    one, other = binned_shares(reference, current)
    ks: Any = stats.ks_2samp(reference, current, method="exact" if size < 10_000 else "asymp")
    assert told.ks == pytest.approx(ks.statistic, abs=1e-9)
    assert told.p == pytest.approx(ks.pvalue, abs=1e-9)
    assert told.wasserstein * reference.std() == pytest.approx(
        stats.wasserstein_distance(reference, current), abs=1e-9
    )
    assert told.jensen_shannon == pytest.approx(distance.jensenshannon(one, other), abs=1e-9)


def test_smirnovs_statistic_is_the_largest_gap_at_any_value(rng: np.random.Generator) -> None:
    reference, current = rng.integers(0, 9, 70) / 3, rng.integers(1, 10, 50) / 3

    statistic, _ = kolmogorov_smirnov(reference, current)

    gaps = [abs((reference <= x).mean() - (current <= x).mean()) for x in range(10)]
    gaps += [abs((reference <= x / 3).mean() - (current <= x / 3).mean()) for x in range(10)]
    assert statistic == pytest.approx(max(gaps), abs=1e-12)


def test_a_p_value_as_good_as_0_is_bounded_and_not_counted(rng: np.random.Generator) -> None:
    reference, current = rng.normal(size=300), rng.normal(1.5, size=299)

    statistic, p = kolmogorov_smirnov(reference, current)

    exact: Any = stats.ks_2samp(reference, current, method="exact")
    assert statistic == pytest.approx(exact.statistic, abs=1e-12)
    assert exact.pvalue < p < 1e-12


def test_wasserstein_is_in_deviations_of_the_reference() -> None:
    reference, current = np.array([0.0, 1.0, 3.0]), np.array([5.0, 6.0, 8.0])

    assert wasserstein(reference, current) == pytest.approx(5 / sqrt(14 / 9), abs=1e-12)
    assert wasserstein(np.zeros(3), np.full(3, 0.5)) == pytest.approx(500)


def test_psi_is_the_sum_that_one_does_by_hand() -> None:
    by_hand = 0.1 * np.log(0.6 / 0.5) - 0.1 * np.log(0.4 / 0.5)

    assert psi(np.array([0.5, 0.5]), np.array([0.6, 0.4])) == pytest.approx(by_hand, abs=1e-12)


def test_an_empty_bin_counts_as_a_ten_thousandth() -> None:
    told = psi(np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.5]))

    assert told == pytest.approx(2 * (0.5 - 1e-4) * np.log(0.5 / 1e-4), abs=1e-12)


def test_jensen_and_shannons_distance_runs_from_0_to_the_root_of_ln_2() -> None:
    """The middle one is in the documentation of SciPy."""
    even = np.array([0.5, 0.5])

    assert jensen_shannon(even, even) == 0
    assert jensen_shannon(np.array([1.0, 0.0]), even) == pytest.approx(
        0.46450140402245893, abs=1e-12
    )
    assert jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == pytest.approx(
        sqrt(np.log(2)), abs=1e-12
    )


def test_few_values_are_compared_one_by_one() -> None:
    reference, current = np.array([640.0] * 9 + [800.0]), np.array([640.0] * 5 + [801.0] * 5)

    one, other = binned_shares(reference, current)

    assert (one.tolist(), other.tolist()) == ([0.9, 0.1, 0.0], [0.5, 0.0, 0.5])


def test_equal_values_do_not_differ() -> None:
    told = compare_numbers(np.full(30, 640.0), np.full(20, 640.0))

    assert (told.ks, told.p) == (0, 1)
    assert (told.wasserstein, told.psi, told.jensen_shannon) == (0, 0, 0)


def test_the_farther_apart_the_larger_is_every_figure(rng: np.random.Generator) -> None:
    reference, current = rng.normal(size=500), rng.normal(size=500)

    told = [compare_numbers(reference, current + shift) for shift in (0.2, 0.5, 1.0, 2.0)]

    for name in ("ks", "wasserstein", "psi", "jensen_shannon"):
        figures = [getattr(one, name) for one in told]
        assert figures == sorted(figures)
    p_values = [one.p for one in told]
    assert p_values == sorted(p_values, reverse=True)
