"""Health: nothing but what is wrong costs points, and the parts add up."""

import pytest

from service.compute.health import PARTS, health

GOOD: dict[str, float | None] = {part.name: 0.0 for part in PARTS}
NAMES = [part.name for part in PARTS]


def test_nothing_wrong_is_a_hundred() -> None:
    told = health(GOOD)

    assert told is not None
    assert told["score"] == 100


def test_everything_wrong_is_nothing() -> None:
    told = health(dict.fromkeys(NAMES, 1.0))

    assert told is not None
    assert told["score"] == pytest.approx(0)


@pytest.mark.parametrize("name", NAMES)
def test_more_of_what_is_wrong_never_gives_a_better_score(name: str) -> None:
    scores = [told["score"] for n in range(11) if (told := health(GOOD | {name: n / 10}))]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_the_formula_by_hand() -> None:
    told = health(GOOD | {"unreadable": 0.1, "low_quality": 0.25})

    # 20 points by .1 of .2, and 15 by .25 of .5
    assert told is not None
    assert told["score"] == pytest.approx(100 - 10 - 7.5)


def test_what_cannot_be_told_weighs_nothing_and_the_others_more() -> None:
    told = health(GOOD | {"split_leaks": None, "label_conflicts": None, "unreadable": 0.2})

    assert told is not None
    weights = {part["name"]: part["weight"] for part in told["parts"]}
    assert weights["split_leaks"] is None
    assert sum(filter(None, weights.values())) == pytest.approx(100)
    assert told["score"] == pytest.approx(100 - 100 * 20 / 65)


def test_the_points_lost_add_up_to_what_is_missing() -> None:
    told = health({name: 0.03 * n for n, name in enumerate(NAMES)})

    assert told is not None
    lost = sum(part["points_lost"] for part in told["parts"])
    assert told["score"] == pytest.approx(100 - lost)


def test_nothing_to_tell_is_no_score() -> None:
    assert health(dict.fromkeys(NAMES)) is None
