"""Groups of duplicates: what is found is what brute force finds, and chains are not followed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from service.compute.duplicates import NO_GROUP, first_equal, groups, near

Hashes = NDArray[np.uint64]


def hashes_with_copies(seed: int) -> Hashes:
    """200 random hashes, and 60 copies of some of them with one to six bits turned."""
    random = np.random.default_rng(seed)
    base = random.integers(0, 2**63, 200, dtype=np.uint64)
    copies = base[random.integers(0, 200, 60)]
    for n in range(len(copies)):
        for bit in random.integers(0, 64, 1 + n % 6):
            copies[n] ^= np.uint64(1) << np.uint64(bit)
    return random.permutation(np.unique(np.concatenate((base, copies))))


def near_groups(hashes: Hashes, distance: int) -> tuple[NDArray[np.intp], int]:
    steps = near(hashes, distance)
    shares: list[float] = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            assert shares == sorted(shares)
            names, used = end.value
            return groups(names), used


def distances(hashes: Hashes) -> NDArray[np.uint8]:
    return np.bitwise_count(hashes[:, None] ^ hashes[None, :])


@pytest.mark.parametrize("distance", [1, 3, 4, 7, 10])
def test_whatever_has_a_neighbour_is_in_a_group_and_nothing_else(distance: int) -> None:
    hashes = hashes_with_copies(distance)

    found, used = near_groups(hashes, distance)

    has_neighbour = (distances(hashes) <= distance).sum(axis=1) > 1
    assert used == distance
    assert ((found != NO_GROUP) == has_neighbour).all()


@pytest.mark.parametrize("distance", [1, 4, 7])
def test_members_of_a_group_are_at_most_four_distances_apart(distance: int) -> None:
    hashes = hashes_with_copies(distance)

    found, _ = near_groups(hashes, distance)

    for group in range(found.max() + 1):
        members = np.flatnonzero(found == group)
        assert len(members) > 1
        assert distances(hashes[members]).max() <= 4 * distance


def test_a_chain_of_small_steps_does_not_join_what_is_far_apart() -> None:
    chain = np.array([(1 << (3 * n)) - 1 for n in range(20)], dtype=np.uint64)

    found, _ = near_groups(chain, 4)

    assert found.max() >= 3
    assert (found != NO_GROUP).all()


def test_at_distance_zero_different_hashes_are_not_near() -> None:
    found, used = near_groups(np.array([5, 9, 8], dtype=np.uint64), 0)

    assert found.tolist() == [NO_GROUP] * 3
    assert used == 0


def test_rows_are_named_after_the_first_that_equals_them() -> None:
    keys = np.array([[7, 1], [3, 1], [7, 1], [7, 2], [3, 1]], np.uint64)

    assert first_equal(keys).tolist() == [0, 1, 0, 3, 1]


def test_groups_are_numbered_and_the_lonely_have_none() -> None:
    assert groups(np.array([0, 1, 0, 3, 1])).tolist() == [0, 1, 0, NO_GROUP, 1]


def test_nothing_has_no_groups() -> None:
    nothing = np.empty(0, np.uint64)

    assert near_groups(nothing, 4)[0].tolist() == []
    assert first_equal(nothing.reshape(0, 2)).tolist() == []
