"""Split shift: how far labels of splits are apart, by hand and by SciPy."""

import numpy as np
import pytest
from scipy import stats

from service.compute.split_shift import TESTED, split_shift


def shift(reference: list[int], other: list[int]) -> dict[str, float]:
    told = split_shift(np.array(reference, np.int64), np.array(other, np.int64))
    assert told is not None
    return told


def test_the_same_shares_do_not_differ() -> None:
    told = shift([80, 20], [8, 2])

    assert (told["difference"], told["chi_square"], told["p"]) == (0, 0, 1)


def test_different_labels_differ_wholly() -> None:
    told = shift([50, 0], [0, 50])

    assert (told["difference"], told["unseen_labels"]) == (1, 1)


def test_the_test_is_scipys() -> None:
    reference, other = [400, 300, 300], [120, 60, 20]

    told = shift(reference, other)

    statistic, p, degrees, _ = stats.chi2_contingency([reference, other], correction=False)
    assert told["chi_square"] == pytest.approx(statistic)
    assert told["p"] == pytest.approx(p)
    assert told["degrees"] == degrees


def test_more_labels_than_are_tested_still_differ_by_all_of_them() -> None:
    count = 3 * TESTED
    reference, other = np.zeros(count, np.int64), np.zeros(count, np.int64)
    reference[::2], other[1::2] = 4, 4

    told = split_shift(reference, other)

    assert told is not None
    assert (told["difference"], told["unseen_labels"]) == (1, count // 2)
    assert told["degrees"] <= TESTED


def test_rare_labels_are_tested_with_random_tables_the_same_each_time() -> None:
    told = shift([3, 2, 1], [1, 1, 0])

    assert told["simulated"]
    assert told == shift([3, 2, 1], [1, 1, 0])


def test_without_labels_there_is_nothing_to_compare() -> None:
    assert split_shift(np.array([5]), np.array([0])) is None
