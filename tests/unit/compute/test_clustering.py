"""The clustering of many vectors: known groups are found, and what cannot be told is said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_circles

from service.compute.cluster_scores import adjusted_rand
from service.compute.clustering import Asked, cluster
from service.compute.vectors import Vectors

Told = tuple[dict[str, Any], bytes]
DEFAULTS: Mapping[str, Any] = {
    "method": "auto",
    "clusters": None,
    "min_cluster_size": None,
    "seed": 0,
}


def clustered(rows: np.ndarray, folder: Path, **params: Any) -> Told:
    """The last of what is yielded, and the bytes of the map's columns."""
    ids = np.arange(len(rows), dtype=np.int64) * 2 + 5
    asked = Asked.of({**DEFAULTS, **params})
    attributes = {"brightness": rows.mean(axis=1, dtype=np.float64)}
    told = list(cluster(ids, Vectors(rows), attributes, asked, folder / "columns"))
    progress = [each["progress"] for each in told[:-1]]
    assert progress == sorted(progress)
    assert all(0 <= share < 1 for share in progress)
    return told[-1], (folder / "columns").read_bytes()


def labels_of(columns: bytes) -> np.ndarray:
    rows = len(columns) // 24
    return np.frombuffer(columns, "<i4", rows, offset=16 * rows)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    rows, labels = load_digits(return_X_y=True)
    return np.asarray(rows, np.uint8), np.asarray(labels, np.int32)


def test_handwritten_digits_are_found_without_being_told_how_many(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    told, columns = clustered(digits[0], tmp_path)

    agreement = adjusted_rand(labels_of(columns), digits[1])
    assert told["result"]["method"] == "kmeans"
    assert told["result"]["clusters"] in range(8, 13)
    assert agreement > 0.55


def test_asked_for_ten_clusters_of_digits_it_finds_them_again_and_again(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    told, columns = clustered(digits[0][:900], tmp_path, clusters=10)

    assert told["result"]["clusters"] == 10
    assert adjusted_rand(labels_of(columns), digits[1][:900]) > 0.55
    assert told["result"]["stability"]["mean"] > 0.7


def test_rings_within_each_other_are_left_to_hdbscan(tmp_path: Path) -> None:
    circles = make_circles(600, noise=0.03, factor=0.4, random_state=1)
    rows, labels = np.asarray(circles[0], np.float32), np.asarray(circles[1], np.int32)

    told, columns = clustered(rows, tmp_path)

    assert (told["result"]["method"], told["result"]["clusters"]) == ("hdbscan", 2)
    assert adjusted_rand(labels_of(columns), labels) > 0.99


def test_equal_seeds_give_equal_bytes_and_others_nearly_the_same(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    rows = digits[0][:400]

    one, other, reseeded = (clustered(rows, tmp_path, clusters=8, seed=s) for s in (3, 3, 4))

    assert one == other
    assert one[1] != reseeded[1]
    assert adjusted_rand(labels_of(one[1]), labels_of(reseeded[1])) > 0.5


def test_of_scattered_items_it_says_that_there_is_no_structure(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).random((300, 16)).astype(np.float32)

    told, _ = clustered(rows, tmp_path)

    assert told["result"]["structure"] == "none"
    assert told["result"]["stability"]["mean"] < 0.5


def test_clusters_are_numbered_by_size_and_hold_every_item(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    told, columns = clustered(digits[0][:300], tmp_path, clusters=6)

    sizes = [card["size"] for card in told["result"]["cards"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes == np.bincount(labels_of(columns)).tolist()
    assert sum(sizes) == told["result"]["clustered"] == told["result"]["map"]["rows"] == 300


def test_groups_smaller_than_asked_for_are_no_clusters(
    digits: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    told, columns = clustered(digits[0][:600], tmp_path, method="hdbscan", min_cluster_size=30)

    inside = labels_of(columns)[labels_of(columns) >= 0]
    assert np.bincount(inside).min() >= 30
    assert told["result"]["unassigned"]["size"] == 600 - len(inside)


@pytest.mark.parametrize("method", ["auto", "kmeans", "hdbscan"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 6, 19])
def test_hardly_anything_has_a_result_that_says_so(tmp_path: Path, method: str, count: int) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (count, 32)).astype(np.uint8)

    told, columns = clustered(rows, tmp_path, method=method)

    result = told["result"]
    assert {"no_items", "few_items"} & {note["code"] for note in result["notes"]}
    assert result["stability"] is None
    assert len(columns) == 24 * count
    assert sum(card["size"] for card in result["cards"]) + result["unassigned"]["size"] == count


@pytest.mark.parametrize("method", ["auto", "kmeans", "hdbscan"])
@pytest.mark.parametrize("count", [2, 40, 6000])
def test_identical_items_are_one_cluster_at_most(tmp_path: Path, method: str, count: int) -> None:
    rows = np.full((count, 32), 99, np.uint8)

    told, columns = clustered(rows, tmp_path, method=method)

    result = told["result"]
    assert "all_equal" in {note["code"] for note in result["notes"]}
    assert result["clusters"] == (0 if method == "hdbscan" else 1)
    assert (result["structure"], result["reduction"]["explained"]) == (None, None)
    assert not np.frombuffer(columns, "<f4", 2 * count, offset=8 * count).any()


@pytest.mark.parametrize(("count", "differ"), [(30, 30), (90, 3)])
def test_more_clusters_than_items_that_differ_are_not_made_up(
    tmp_path: Path, count: int, differ: int
) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (differ, 32)).astype(np.uint8)
    rows = np.tile(rows, (count // differ, 1))

    told, _ = clustered(rows, tmp_path, clusters=50)

    assert told["result"]["clusters"] == differ
    assert "fewer_than_asked" in {note["code"] for note in told["result"]["notes"]}
