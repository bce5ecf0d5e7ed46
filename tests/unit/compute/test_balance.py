"""Balance: figures of uneven classes are those of the textbooks."""

from dataclasses import asdict

import numpy as np
import pytest
from scipy import stats

from service.compute.balance import Balance, balance


def of(*counts: int) -> Balance:
    told = balance(np.array(counts, np.int64))
    assert told is not None
    return told


def test_equal_classes_are_perfectly_even() -> None:
    told = of(7, 7, 7, 7)

    assert (told.imbalance_ratio, told.entropy_bits, told.evenness) == (1, 2, 1)
    assert told.effective_classes == pytest.approx(4)


def test_entropy_is_scipys() -> None:
    counts = np.random.default_rng(1).integers(1, 1000, 30)

    assert of(*counts).entropy_bits == pytest.approx(stats.entropy(counts, base=2))


def test_nine_to_one_by_hand() -> None:
    told = of(9, 1)

    # .9 log2(1/.9) + .1 log2(1/.1)
    assert told.entropy_bits == pytest.approx(0.1368028 + 0.3321928)
    assert told.imbalance_ratio == 9


def test_less_even_classes_have_less_of_everything_but_the_ratio() -> None:
    figures = [of(50 + shift, 50 - shift) for shift in (0, 10, 20, 30, 40)]

    assert [told.evenness for told in figures] == sorted(
        (told.evenness for told in figures), reverse=True
    )
    assert [told.imbalance_ratio for told in figures] == sorted(
        told.imbalance_ratio for told in figures
    )


def test_order_and_scale_change_nothing() -> None:
    assert asdict(of(3, 5, 9)) == pytest.approx(asdict(of(90, 30, 50)))


@pytest.mark.parametrize("counts", [[], [5]])
def test_fewer_than_two_classes_have_no_balance(counts: list[int]) -> None:
    assert balance(np.array(counts, np.int64)) is None
