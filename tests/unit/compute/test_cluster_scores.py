"""Scores tell apart what is apart, and agreement is what others define it to be."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_moons
from sklearn.metrics import adjusted_rand_score

from service.compute.cluster_scores import (
    adjusted_rand,
    contingency,
    density_validity,
    overlaps,
    silhouette,
)
from service.compute.clusters import NOISE, Labels
from service.compute.vectors import Points


def blobs(spread: float) -> tuple[Points, Labels]:
    centres = np.array([[0, 0, 0], [8, 0, 0], [0, 8, 0]])
    points, labels = make_blobs(300, centers=centres, cluster_std=spread, random_state=1)[:2]
    return np.asarray(points, np.float32), np.asarray(labels, np.int32)


@pytest.mark.parametrize("score", [silhouette, density_validity])
def test_the_nearer_clusters_are_the_lower_the_score(
    score: Callable[[Points, Labels], float | None],
) -> None:
    scores = [score(*blobs(spread)) or 0.0 for spread in (0.3, 1, 2.5)]

    assert scores == sorted(scores, reverse=True)
    assert -1 <= scores[-1] < 0.6 < scores[0] <= 1


def test_density_knows_shapes_that_roundness_does_not() -> None:
    points, labels = make_moons(400, noise=0.04, random_state=1)
    points, shapes = points.astype(np.float32), labels.astype(np.int32)
    halves = (points[:, 0] > 0.5).astype(np.int32)

    assert density_validity(points, shapes) > density_validity(points, halves) + 0.5
    assert (silhouette(points, halves) or 0) > (silhouette(points, shapes) or 0)


def test_noise_counts_against_density() -> None:
    points, labels = blobs(0.5)
    fewer = np.where(np.arange(len(labels)) % 3 == 0, NOISE, labels).astype(np.int32)

    assert density_validity(points, fewer) < density_validity(points, labels)


@pytest.mark.parametrize(
    "labels", [[0, 0, 0, 0], [NOISE] * 4, [0, 1, 2, 3]], ids=["one", "none", "each its own"]
)
def test_what_cannot_be_compared_has_no_silhouette(labels: list[int]) -> None:
    points = np.arange(8, dtype=np.float32).reshape(4, 2)
    told = np.array(labels, np.int32)

    assert silhouette(points, told) is None
    assert density_validity(points, told) == 0


def test_equal_points_within_clusters_are_as_dense_as_can_be() -> None:
    points = np.repeat(np.array([[0, 0], [5, 5]], np.float32), 10, axis=0)

    assert density_validity(points, np.repeat(np.array([0, 1], np.int32), 10)) > 0.99


@pytest.mark.parametrize("seed", range(5))
def test_agreement_is_the_adjusted_rand_index(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = (rng.integers(-1, 4, 60).astype(np.int32) for _ in range(2))

    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one, other))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_one_group_of_all_agrees_with_itself(count: int) -> None:
    told = np.zeros(count, np.int32)

    assert adjusted_rand(told, told) == 1


def test_each_cluster_is_compared_with_the_one_most_like_it() -> None:
    one = np.array([0, 0, 0, 0, 1, 1, NOISE, 2], np.int32)
    other = np.array([1, 1, 1, 0, 0, 0, 0, NOISE], np.int32)

    told = overlaps(one, other, 4)

    assert told[:3].tolist() == [3 / 4, 2 / 4, 0]
    assert np.isnan(told[3])


def test_every_point_is_counted_once() -> None:
    rng = np.random.default_rng(1)
    one, other = (rng.integers(-1, 4, 100).astype(np.int32) for _ in range(2))

    assert contingency(one, other).sum() == 100
