"""The remaining time is honest: nothing too early, a range, never negative."""

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.eta import rate, remaining
from service.domain.stages import Stage, StageKind, percentage

START = datetime(2026, 1, 1, tzinfo=UTC)


def stage(
    *, done: int, total: int | None = 1000, weight: float = 1.0, started: bool = True
) -> Stage:
    completed = START if total is not None and done == total else None
    begun = START if started else None
    return Stage("s", "S", StageKind.MAP, "images", weight, total, done, begun, completed)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_nothing_is_said_before_five_seconds_or_three_percent() -> None:
    assert remaining([stage(done=20)], after(4)) is None


@pytest.mark.parametrize(("done", "seconds"), [(20, 6), (40, 1)])
def test_either_five_seconds_or_three_percent_suffice(done: int, seconds: float) -> None:
    assert remaining([stage(done=done)], after(seconds)) is not None


def test_the_range_holds_the_plain_extrapolation() -> None:
    rest = remaining([stage(done=250)], after(10))

    assert rest is not None
    assert 0 < rest.low_seconds < 30 < rest.high_seconds


def test_the_range_narrows_as_work_is_done() -> None:
    early, late = (remaining([stage(done=done)], after(10)) for done in (100, 900))

    assert early is not None
    assert late is not None
    spread = [(rest.high_seconds - rest.low_seconds) / rest.high_seconds for rest in (early, late)]
    assert spread[1] < spread[0]


def test_later_stages_count_by_their_weight() -> None:
    alone = remaining([stage(done=500)], after(10))
    followed = remaining([stage(done=500), stage(done=0, started=False)], after(10))

    assert alone is not None
    assert followed is not None
    assert followed.low_seconds == pytest.approx(3 * alone.low_seconds)


def test_a_stage_that_has_done_nothing_has_no_rate() -> None:
    assert rate(stage(done=0), after(10)) is None


def test_progress_weighs_stages() -> None:
    stages = [stage(done=1000, weight=3), stage(done=500, weight=1)]

    assert percentage(stages) == 87.5
