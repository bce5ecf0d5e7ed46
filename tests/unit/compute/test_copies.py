"""Copies: exact and near groups of signatures, by brute force."""

import numpy as np
import pytest
from numpy.typing import NDArray

from service.compute.copies import Copies, find, surplus
from service.compute.duplicates import NO_GROUP


def signatures(looks: NDArray[np.uint64], pixels: NDArray[np.uint64]) -> NDArray[np.void]:
    words = np.zeros((len(looks), 3), ">u8")
    words[:, 0], words[:, 2] = looks, pixels
    return words.view("V24").reshape(-1)


def found(looks: NDArray[np.uint64], pixels: NDArray[np.uint64]) -> Copies:
    steps = find(signatures(looks, pixels), 4, since=0.25, until=0.75)
    while True:
        try:
            assert 0.25 <= next(steps)["progress"] <= 0.75
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("seed", range(10))
def test_groups_are_what_comparing_each_with_each_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    # equal pixels look the same; some that look the same have other pixels
    far = random.integers(0, 2**63, 20, dtype=np.uint64)
    pixels = random.integers(0, 40, 80, dtype=np.uint64)
    looks = far[pixels % np.uint64(20)]

    told = found(looks, pixels)

    for one in range(80):
        copies = {n for n in range(80) if pixels[n] == pixels[one]}
        alike = {n for n in range(80) if looks[n] == looks[one]}
        assert members(told.exact, one) == (copies if len(copies) > 1 else set())
        assert members(told.near, one) == (alike if alike != copies else set())
        assert members(told.any, one) == (alike if len(alike) > 1 else set())


def members(groups: NDArray[np.intp], one: int) -> set[int]:
    if groups[one] == NO_GROUP:
        return set()
    return set(np.flatnonzero(groups == groups[one]).tolist())


def test_one_of_each_group_may_stay() -> None:
    assert surplus(np.array([0, 0, 0, -1, 4, 4, -1])) == 3
    assert surplus(np.array([-1, -1])) == 0
