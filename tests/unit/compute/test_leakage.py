"""Leakage: which copies have other names than themselves, by brute force."""

import numpy as np
import pytest

from service.compute.copies import Copies
from service.compute.leakage import leakage, mixed, shared_with


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_mixed_where_their_named_members_have_several_names(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, codes = random.integers(-1, 12, 60), random.integers(-1, 3, 60)

    told = mixed(groups, codes)

    expected = [
        group >= 0 and code >= 0 and len(set(codes[(groups == group) & (codes >= 0)].tolist())) > 1
        for group, code in zip(groups, codes, strict=True)
    ]
    assert told.tolist() == expected


@pytest.mark.parametrize("seed", range(5))
def test_who_shares_a_group_with_a_name_is_found(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, codes = random.integers(-1, 9, 40), random.integers(-1, 3, 40)

    told = shared_with(groups, codes, 1)

    expected = [group >= 0 and 1 in codes[groups == group] for group in groups]
    assert told.tolist() == expected


def test_where_there_are_no_groups_there_is_nothing() -> None:
    alone, names = np.full(3, -1), np.array([0, 1, 1])

    told = leakage("split_leak", np.arange(3), Copies(alone, alone, 4), names)

    assert list(told.rows()) == []
    assert told.told() == {
        "groups": 0,
        "items": 0,
        "exact_groups": 0,
        "exact_items": 0,
        "shown": [],
    }


def test_the_worst_groups_are_exact_then_large_then_early() -> None:
    near = np.array([0, 0, 1, 1, 1, 2, 2, 3, 3, 3])
    exact = np.array([-1, -1, -1, -1, -1, 0, 0, -1, -1, -1])
    names = np.array([0, 1, 0, 1, 1, 0, 1, 1, 0, 0])

    told = leakage("label_conflict", np.arange(10), Copies(exact, near, 4), names).told()

    assert [[item["item_id"] for item in group["shown"]] for group in told["shown"]] == [
        [5, 6],
        [2, 3, 4],
        [7, 8, 9],
        [0, 1],
    ]
    assert (told["groups"], told["exact_groups"], told["exact_items"]) == (4, 1, 2)
