"""On the map, what is alike is near, whether it was a landmark or not."""

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.datasets import make_blobs
from sklearn.neighbors import KNeighborsClassifier
from threadpoolctl import threadpool_limits

from service.compute.cluster_map import landmarks


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in children: threads that wait for each other take longer than one."""
    with threadpool_limits(1):
        yield


def test_the_nearest_on_the_map_are_of_the_same_kind() -> None:
    points, labels = make_blobs(600, n_features=10, centers=6, cluster_std=1.5, random_state=2)[:2]
    points = np.asarray(points, np.float32)

    placed = landmarks(points, np.arange(0, 600, 2), seed=0)
    places = placed.place(points)

    known, others = slice(0, None, 2), slice(1, None, 2)
    knn = KNeighborsClassifier(5).fit(places[known], labels[known])
    assert placed.method == "t-sne"
    assert knn.score(places[others], labels[others]) > 0.98


def test_a_point_at_a_landmark_has_its_place() -> None:
    points = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)

    placed = landmarks(points, np.arange(40), seed=0)

    assert np.allclose(placed.place(points), placed.places, atol=1e-3)


@pytest.mark.parametrize("count", [2, 5, 12, 50])
def test_places_just_fit_between_minus_one_and_one(count: int) -> None:
    points = np.random.default_rng(0).normal(size=(count, 5)).astype(np.float32)

    places = landmarks(points, np.arange(count), seed=0).places

    assert places.shape == (count, 2)
    assert np.abs(places).max() == pytest.approx(1)
    assert places.min(axis=0) == pytest.approx(-places.max(axis=0), abs=1e-6)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_equal_points_are_all_in_the_middle(count: int) -> None:
    points = np.full((count, 4), 3, np.float32)

    placed = landmarks(points, np.arange(count), seed=0)

    assert placed.places.shape == (count, 2)
    assert not placed.places.any()
    assert not placed.place(points).any()
