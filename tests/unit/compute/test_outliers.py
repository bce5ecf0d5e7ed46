"""Outliers: far from its label, in whatever attribute it is farthest."""

import numpy as np
import pytest

from service.compute.outliers import LEAST, worst


def usual(count: int, seed: int = 0) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    random = np.random.default_rng(seed)
    return {name: random.normal(10, 5 * least, count) for name, least in LEAST.items()}


def test_what_is_usual_is_no_outlier() -> None:
    away, _ = worst(usual(4000), np.repeat([1, 2], 2000))

    assert (np.abs(away) > 5).mean() < 0.001


def test_deviations_are_standard_deviations_of_a_normal_distribution() -> None:
    attributes = usual(5000)
    attributes["contrast"][0] = 10 + 8 * 5 * LEAST["contrast"]

    away, names = worst(attributes, np.ones(5000, np.int64))

    assert names[0] == "contrast"
    assert away[0] == pytest.approx(8, rel=0.05)


def test_many_outliers_do_not_hide_each_other() -> None:
    attributes = usual(100)
    attributes["contrast"][:30] = -90

    away, names = worst(attributes, np.ones(100, np.int64))

    assert (away[:30] < -20).all()
    assert set(names[:30]) == {"contrast"}


def test_each_label_has_its_own_middle() -> None:
    attributes = usual(200)
    attributes["brightness"][:100] += 1000

    away, _ = worst(attributes, np.repeat([1, 2], 100))

    assert np.abs(away).max() < 10


@pytest.mark.parametrize("labels", [np.zeros(40, np.int64), np.repeat([1, 2, 3], (19, 19, 2))])
def test_without_a_label_of_twenty_nothing_is_told(
    labels: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    attributes = usual(40)
    attributes["brightness"][0] = 1000

    assert not worst(attributes, labels)[0].any()


def test_images_that_are_all_alike_have_no_invisible_outliers() -> None:
    attributes = {name: np.full(50, 10.0) for name in LEAST}
    attributes["brightness"][0] += 0.02

    away, _ = worst(attributes, np.ones(50, np.int64))

    assert np.abs(away).max() < 1
