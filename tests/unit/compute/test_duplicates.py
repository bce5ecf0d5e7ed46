"""Groups of duplicates: what is found is what brute force finds, and chains are not followed."""

import numpy as np

from service.compute.duplicates import equal_groups, near_groups


def hashes_with_copies(seed: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """200 random hashes, and 60 copies of some of them with a few bits turned."""
    random = np.random.default_rng(seed)
    base = random.integers(0, 2**63, 200, dtype=np.uint64)
    copies = base[random.integers(0, 200, 60)]
    for n in range(len(copies)):
        for bit in random.integers(0, 64, n % 7):
            copies[n] ^= np.uint64(1) << np.uint64(bit)
    return np.concatenate((base, copies))


def test_members_are_near_their_leader_and_everything_near_a_leader_is_grouped() -> None:
    hashes = hashes_with_copies(1)

    groups = near_groups(hashes, 4)

    leader_of = {int(m): int(group[0]) for group in groups for m in group}
    distances = np.bitwise_count(hashes[:, None] ^ hashes[None, :])
    for member, leader in leader_of.items():
        assert distances[member, leader] <= 4
    for low, high in np.argwhere(np.triu(distances <= 4, 1)).tolist():
        assert low in leader_of
        assert high in leader_of


def test_a_chain_of_small_steps_does_not_join_what_is_far_apart() -> None:
    chain = np.array([(1 << (3 * n)) - 1 for n in range(10)], dtype=np.uint64)

    groups = near_groups(chain, 4)

    for group in groups:
        assert np.bitwise_count(chain[group] ^ chain[group[0]]).max() <= 4
    assert len(groups) > 1


def test_distance_zero_means_equal() -> None:
    hashes = np.array([5, 9, 5, 8, 9], dtype=np.uint64)

    assert [group.tolist() for group in near_groups(hashes, 0)] == [[0, 2], [1, 4]]


def test_equal_groups_are_in_order_of_their_first() -> None:
    assert [group.tolist() for group in equal_groups(np.array([7, 3, 7, 3, 1]))] == [[0, 2], [1, 3]]


def test_nothing_has_no_groups() -> None:
    nothing = np.empty(0, np.uint64)

    assert (equal_groups(nothing), near_groups(nothing, 4)) == ([], [])
