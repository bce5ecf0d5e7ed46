"""Paces are learnt from the tasks before: by size, and whatever a few of them did."""

import pytest

from service.domain.paces import LEAST_SPREAD, Took, learnt


def test_nothing_is_learnt_from_nothing() -> None:
    assert learnt([]) is None


def test_one_task_tells_the_time_of_others_by_their_size() -> None:
    pace = learnt([Took(100, 2.0)])

    assert pace is not None
    assert pace.seconds(300) == pytest.approx(6)


def test_two_sizes_tell_what_is_fixed_from_what_grows() -> None:
    pace = learnt([Took(100, 3.0), Took(1000, 12.0)])

    assert pace is not None
    assert (pace.fixed_seconds, pace.unit_seconds) == pytest.approx((2.0, 0.01))


def test_stages_without_a_size_take_what_they_usually_took() -> None:
    pace = learnt([Took(0, 1.0), Took(0, 3.0), Took(0, 2.0)])

    assert pace is not None
    assert pace.seconds(0) == 2.0


def test_a_few_that_waited_for_a_worker_change_nothing() -> None:
    usual = [Took(size, size / 100) for size in range(100, 2000, 100)]

    pace = learnt([*usual, Took(500, 3600.0), Took(900, 7200.0)])

    assert pace is not None
    assert pace.seconds(1000) == pytest.approx(10, rel=0.1)
    assert pace.spread == LEAST_SPREAD


@pytest.mark.parametrize(
    "before", [[Took(10, 5.0), Took(1000, 4.0)], [Took(100, 1.0), Took(200, 9.0)], [Took(5, 0.0)]]
)
def test_no_part_is_ever_negative(before: list[Took]) -> None:
    pace = learnt(before)

    assert pace is not None
    assert pace.fixed_seconds >= 0
    assert pace.unit_seconds >= 0
    assert pace.seconds(0) >= 0
