"""Clusters are found where they were put, and far things belong to none of them."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs, make_moons

from service.compute.cluster_scores import adjusted_rand
from service.compute.clusters import NOISE, Labels, Model, hdbscan, k_means, squared_distances
from service.compute.vectors import Points


@pytest.fixture(scope="module")
def blobs() -> tuple[Points, Labels]:
    points, labels = make_blobs(600, n_features=8, centers=5, cluster_std=0.8, random_state=3)[:2]
    return np.asarray(points, np.float32), np.asarray(labels, np.int32)


@pytest.fixture(scope="module")
def moons() -> tuple[Points, Labels]:
    points, labels = make_moons(800, noise=0.05, random_state=3)
    return np.asarray(points, np.float32), np.asarray(labels, np.int32)


def test_k_means_finds_round_clusters(blobs: tuple[Points, Labels]) -> None:
    points, labels = blobs

    model = k_means(points, 5, seed=0)

    assert model.count == 5
    assert adjusted_rand(model.assign(points), labels) == 1


def test_batches_find_the_same_round_clusters(blobs: tuple[Points, Labels]) -> None:
    points, labels = np.repeat(blobs[0], 100, axis=0), np.repeat(blobs[1], 100)

    model = k_means(points, 5, seed=0)

    assert adjusted_rand(model.assign(points), labels) > 0.99


def test_equal_points_are_never_two_clusters() -> None:
    points = np.repeat(np.eye(3, dtype=np.float32), 10, axis=0)

    assert k_means(points, 8, seed=0).count == 3


def test_hdbscan_follows_shapes(moons: tuple[Points, Labels]) -> None:
    points, labels = moons

    model = hdbscan(points, 20)

    assert model is not None
    assert adjusted_rand(model.assign(points), labels) > 0.98


def test_what_was_not_shown_joins_the_shape_it_is_at(moons: tuple[Points, Labels]) -> None:
    points, labels = moons

    model = hdbscan(points[:500], 15)

    assert model is not None
    told = model.assign(points[500:])
    assert adjusted_rand(told, labels[500:]) > 0.95


def test_what_is_far_from_every_shape_is_in_none(moons: tuple[Points, Labels]) -> None:
    model = hdbscan(moons[0], 20)

    assert model is not None
    assert model.assign(np.array([[9, 9], [-9, 0]], np.float32)).tolist() == [NOISE, NOISE]


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_without_a_dense_region_there_is_no_model(count: int) -> None:
    scattered = np.random.default_rng(0).random((count, 16)).astype(np.float32)

    assert hdbscan(scattered, 10) is None


def test_a_point_of_no_cluster_is_as_good_as_gone(blobs: tuple[Points, Labels]) -> None:
    points, _ = blobs
    near = k_means(points, 5, seed=0)
    model = Model(near.method, near.anchors, near.clusters, np.zeros(5, np.float32))

    assert set(model.assign(points).tolist()) == {NOISE}


def test_squared_distances_are_never_negative(blobs: tuple[Points, Labels]) -> None:
    points = blobs[0] + 1000

    squares = squared_distances(points, points)

    assert squares.min() >= 0
    assert np.allclose(squares[0, 5], ((points[0] - points[5]) ** 2).sum(), rtol=0.05)
