"""Drift of categories: a published example, SciPy's answer, and honest p-values of rare ones."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from service.compute.drift_categories import CategoryDrift, compare_categories

PARTIES = np.array([[762, 327, 468], [484, 239, 477]])
"""Agresti, An Introduction to Categorical Data Analysis: party by gender."""


def compared(reference: object, current: object, tables: int = 999) -> CategoryDrift:
    rng = np.random.default_rng(1)
    return compare_categories(np.array(reference), np.array(current), tables=tables, rng=rng)


def test_the_statistic_is_that_of_agrestis_example() -> None:
    told = compared(*PARTIES)

    assert told.chi_square == pytest.approx(30.07, abs=0.005)
    assert (told.degrees, told.simulated) == (2, False)
    assert told.p == pytest.approx(2.954e-07, rel=1e-3)


def test_statistic_and_p_value_are_those_of_scipy() -> None:
    told = compared(*PARTIES)

    expected: Any = stats.chi2_contingency(PARTIES, correction=False)
    assert told.chi_square == pytest.approx(expected.statistic, abs=1e-9)
    assert told.p == pytest.approx(expected.pvalue, abs=1e-9)


def test_rare_categories_are_judged_by_random_tables() -> None:
    """Fisher's exact test orders the tables of 2 x 2 as the statistic does here."""
    exact: Any = stats.fisher_exact([[8, 2], [1, 5]])

    told = compared([8, 2], [1, 5], tables=99_999)

    assert told.simulated
    assert told.p == pytest.approx(exact.pvalue, abs=0.003)


def test_without_drift_simulated_p_values_are_uniform() -> None:
    rng = np.random.default_rng(2)
    shares = np.full(40, 1 / 40)

    told = [
        compare_categories(
            rng.multinomial(100, shares), rng.multinomial(90, shares), tables=199, rng=rng
        )
        for _ in range(200)
    ]

    assert all(one.simulated for one in told)
    assert stats.kstest([one.p for one in told], "uniform").pvalue > 0.01


def test_a_category_that_nobody_has_changes_nothing() -> None:
    assert compared([30, 0, 20], [25, 0, 25]) == compared([30, 20], [25, 25])


def test_one_category_cannot_differ() -> None:
    told = compared([30], [20])

    assert (told.chi_square, told.degrees, told.p, told.difference) == (0, 0, 1, 0)


def test_the_difference_is_the_share_that_would_have_to_change() -> None:
    assert compared([50, 50], [70, 30]).difference == pytest.approx(0.2, abs=1e-12)
    assert compared([50, 0], [0, 30]).difference == 1
