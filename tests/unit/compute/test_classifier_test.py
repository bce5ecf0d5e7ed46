"""Classifier test: a published curve, SciPy's answer, honest p-values and intervals."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from service.compute.classifier_test import auc_interval, auc_of, classifier_test

Vectors = NDArray[np.float64]
RATINGS = np.arange(1.0, 6.0)
NORMAL = np.repeat(RATINGS, [33, 6, 6, 11, 2])
ABNORMAL = np.repeat(RATINGS, [3, 2, 2, 11, 33])
"""Hanley and McNeil 1982, table 1: ratings of 109 tomograms; area .893, standard error .032."""


def vectors(rng: np.random.Generator, size: int, shift: float = 0.0) -> Vectors:
    return rng.standard_normal((size, 5)) + shift


def test_the_area_and_its_error_are_those_of_hanley_and_mcneil() -> None:
    auc, deviation = auc_of(NORMAL, ABNORMAL)

    assert auc == pytest.approx(0.893, abs=0.0005)
    assert deviation == pytest.approx(0.032, abs=0.002)


def test_the_area_is_the_share_of_pairs_in_order() -> None:
    statistic = stats.mannwhitneyu(ABNORMAL, NORMAL).statistic

    auc, _ = auc_of(NORMAL, ABNORMAL)

    assert auc == pytest.approx(statistic / len(NORMAL) / len(ABNORMAL), abs=1e-12)


def test_its_variance_is_that_of_the_placements_of_all_pairs() -> None:
    pairs = np.sign(ABNORMAL[:, None] - NORMAL) / 2 + 0.5
    by_definition = pairs.mean(axis=1).var(ddof=1) / len(ABNORMAL) + pairs.mean(axis=0).var(
        ddof=1
    ) / len(NORMAL)

    _, deviation = auc_of(NORMAL, ABNORMAL)

    assert deviation**2 == pytest.approx(by_definition, abs=1e-12)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    truth = stats.norm.cdf(1 / np.sqrt(2))

    intervals = [auc_interval(*auc_of(rng.normal(0, 1, 60), rng.normal(1, 1, 60)))
                 for _ in range(400)]  # fmt: skip

    assert 0.92 < np.mean([low < truth < high for low, high in intervals]) < 0.98


def test_an_area_of_1_has_no_width() -> None:
    assert auc_interval(*auc_of(np.zeros(5), np.ones(5))) == (1, 1)


def test_without_drift_p_values_are_uniform() -> None:
    rng = np.random.default_rng(2)

    p_values = [classifier_test(vectors(rng, 60), vectors(rng, 50), rng)[0].p for _ in range(200)]

    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_the_farther_apart_the_better_they_are_told_apart() -> None:
    reference, current = (
        vectors(np.random.default_rng(3), 200),
        vectors(np.random.default_rng(4), 200),
    )

    areas = [
        classifier_test(reference, current + shift, np.random.default_rng(5))[0].auc
        for shift in (0.0, 0.3, 0.6, 1.5)
    ]

    assert areas == sorted(areas)
    assert areas[0] == pytest.approx(0.5, abs=0.1)
    assert areas[-1] > 0.98


def test_every_vector_is_scored_and_foreign_ones_highest() -> None:
    rng = np.random.default_rng(6)
    current = vectors(rng, 100)
    current[:20] += 2

    _, scores = classifier_test(vectors(rng, 100), current, rng)

    assert len(scores) == 200
    assert ((scores >= 0) & (scores <= 1)).all()
    foreign, rest = scores[100:120], scores[120:]
    assert np.median(foreign) > np.quantile(rest, 0.9)


def test_equal_vectors_cannot_be_told_apart() -> None:
    same = np.ones((20, 5))

    told, scores = classifier_test(same, same, np.random.default_rng(7))

    assert (told.auc, told.low, told.high) == (0.5, 0.5, 0.5)
    assert told.p >= 0.5
    assert (scores == 0.5).all()
