"""MMD: its definition, honest p-values, and the approximation beside the truth."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.spatial.distance import cdist

from service.compute import mmd as module
from service.compute.mmd import Mmd, Vectors, mmd


def vectors(rng: np.random.Generator, size: int, shift: float = 0.0) -> Vectors:
    return (rng.standard_normal((size, 8)) + shift).astype(np.float32)


def compared(reference: Vectors, current: Vectors, permutations: int = 199) -> Mmd:
    told = mmd(reference, current, permutations=permutations, rng=np.random.default_rng(5))
    assert told is not None
    return told


def by_definition(reference: Vectors, current: Vectors, bandwidth: float) -> float:
    def mean(one: Vectors, other: Vectors, *, same: bool) -> float:
        kernel: NDArray[np.float64] = np.exp(-cdist(one, other, "sqeuclidean") / 2 / bandwidth**2)
        return kernel[~np.eye(len(one), dtype=bool)].mean() if same else kernel.mean()

    return (
        mean(reference, reference, same=True)
        + mean(current, current, same=True)
        - 2 * mean(reference, current, same=False)
    )


def test_the_estimate_is_what_the_definition_says() -> None:
    rng = np.random.default_rng(1)
    reference, current = vectors(rng, 60), vectors(rng, 45, 0.3)

    told = compared(reference, current)

    assert not told.approximated
    expected = by_definition(reference, current, told.bandwidth)
    assert told.squared == pytest.approx(expected, abs=1e-6)


def test_random_features_say_nearly_what_the_kernel_says(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    reference, current = vectors(rng, 300), vectors(rng, 300, 0.3)
    exact = compared(reference, current)
    monkeypatch.setattr(module, "EXACT_UP_TO", 0)

    told = compared(reference, current)

    assert told.approximated
    assert told.squared == pytest.approx(exact.squared, rel=0.15)
    assert told.p == exact.p


@pytest.mark.parametrize("exact_up_to", [4000, 0])
def test_without_drift_p_values_are_uniform(
    monkeypatch: pytest.MonkeyPatch, exact_up_to: int
) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", exact_up_to)
    rng = np.random.default_rng(3)

    told = [mmd(vectors(rng, 40), vectors(rng, 30), permutations=199, rng=rng) for _ in range(200)]

    p_values = [one.p for one in told if one]
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_a_p_value_is_never_0() -> None:
    rng = np.random.default_rng(4)

    told = compared(vectors(rng, 50), vectors(rng, 50, 3.0), permutations=99)

    assert told.p == 1 / 100


def test_the_more_differs_the_larger_is_the_share() -> None:
    rng = np.random.default_rng(6)
    reference, current = vectors(rng, 100), vectors(rng, 100)

    shares = [compared(reference, current + np.float32(by)).share for by in (0, 0.3, 0.6, 1.2)]

    assert shares == sorted(shares)
    assert shares[0] < 0.01
    assert 0.2 < shares[-1] < 1


def test_the_order_of_the_sides_does_not_matter() -> None:
    rng = np.random.default_rng(7)
    one, other = vectors(rng, 40), vectors(rng, 40, 0.2)

    assert compared(one, other).squared == pytest.approx(compared(other, one).squared, abs=1e-6)


def test_of_equal_vectors_nothing_can_be_told() -> None:
    same = np.ones((30, 8), np.float32)

    assert mmd(same, same[:20], permutations=99, rng=np.random.default_rng(8)) is None


def test_vectors_of_which_most_are_equal_have_a_bandwidth() -> None:
    reference, current = np.zeros((50, 8), np.float32), np.zeros((50, 8), np.float32)
    current[:9] = 1

    told = compared(reference, current)

    assert told.bandwidth > 0
    assert told.p < 0.05
