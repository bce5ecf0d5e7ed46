"""Groups of duplicates: what is found is what brute force finds, and chains are not followed."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from service.compute.duplicates import NO_GROUP, first_equal, groups, near
from service.compute.hashes import perceptual
from tests.pictures import photograph

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


def test_among_thousands_all_pairs_are_found_and_no_others() -> None:
    random = np.random.default_rng(3)
    base = random.integers(0, 2**64, 3000, dtype=np.uint64)
    copies = base[:600].copy()
    for _ in range(4):
        copies ^= np.uint64(1) << random.integers(0, 64, len(copies), dtype=np.uint64)
    hashes = np.unique(np.concatenate((base, copies)))

    found, _ = near_groups(hashes, 4)

    low, high = np.nonzero(np.triu(distances(hashes) <= 4, 1))
    assert len(low) > 500
    assert set(np.flatnonzero(found != NO_GROUP)) == {*low, *high}
    assert (found[low] == found[high]).mean() > 0.95


def spoilt(image: Image.Image) -> list[Image.Image]:
    """Compressed, brighter and slightly cropped."""
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=15)
    brighter = ImageEnhance.Brightness(image).enhance(1.3)
    return [Image.open(stream), brighter, image.crop((3, 2, 317, 238))]


def looks(images: list[Image.Image]) -> Hashes:
    told = [int.from_bytes(perceptual(image.convert("L"))) for image in images]
    return np.array(told, np.uint64)


def test_spoilt_copies_are_near_their_originals_and_strangers_are_not() -> None:
    originals = [photograph(seed, (320, 240)) for seed in range(30)]
    copies = [copy for image in originals for copy in spoilt(image)]

    away = np.bitwise_count(looks(copies)[:, np.newaxis] ^ looks(originals))

    own = np.repeat(np.eye(30, dtype=bool), 3, axis=0)
    assert (away[own] <= 8).mean() > 0.85
    assert away[~own].min() > 8


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
