"""Size map: every image is in one cell, between its edges."""

import numpy as np
import pytest

from service.compute.size_map import BINS, size_map


def test_every_image_is_between_the_edges_of_its_cell() -> None:
    random = np.random.default_rng(1)
    width, height = random.integers(1, 5000, (2, 200)).astype(float)

    told = size_map(width, height, np.arange(200))

    assert told is not None
    edges = told["edges"]
    assert len(edges) == BINS + 1
    assert sum(cell["items"] for cell in told["cells"]) == 200
    for cell in told["cells"]:
        first = cell["example"]["item_id"]
        assert edges[cell["x"]] <= width[first] <= edges[cell["x"] + 1]
        assert edges[cell["y"]] <= height[first] <= edges[cell["y"] + 1]


def test_the_example_is_the_first_of_its_cell() -> None:
    told = size_map(np.array([9.0, 640, 640]), np.array([9.0, 480, 480]), np.array([5, 7, 8]))

    assert told is not None
    assert [cell["example"]["item_id"] for cell in told["cells"]] == [5, 7]


def test_sizes_are_counted_exactly_and_the_most_frequent_are_named() -> None:
    width, height = np.array([640.0, 640, 641, 480]), np.array([480.0, 480, 480, 640])

    told = size_map(width, height, np.arange(4))

    assert told is not None
    assert told["different"] == 3
    assert told["common"][0] == {"width": 640, "height": 480, "items": 2}


@pytest.mark.parametrize("side", [1.0, 512.0])
def test_one_size_is_one_cell(side: float) -> None:
    told = size_map(np.full(9, side), np.full(9, side), np.arange(9))

    assert told is not None
    assert [(cell["x"], cell["y"], cell["items"]) for cell in told["cells"]] == [(0, 0, 9)]


def test_no_images_have_no_map() -> None:
    assert size_map(np.empty(0), np.empty(0), np.empty(0, np.int64)) is None
