"""The remaining time is honest: nothing too early, a range, never negative, and calm."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp
from random import Random

import pytest

from service.domain.eta import RECENT_SECONDS, rate, remaining
from service.domain.paces import Pace
from service.domain.stages import Stage, StageKind, percentage

START = datetime(2026, 1, 1, tzinfo=UTC)
TICK = 0.25


def stage(
    *, done: int = 0, total: int | None = 1000, weight: float = 1.0, seconds: float = 0.0
) -> Stage:
    """A stage that did so much in so many seconds; in none, one that has not started."""
    started = START if seconds else None
    counted = after(seconds) if done else None
    completed = after(seconds) if done and done == total else None
    return Stage(
        *("s", "S", StageKind.MAP, "images", weight, total, done, started, completed),
        *(float(done), seconds, counted),
    )


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def middle(stages: list[Stage], seconds: float, size: int | None = None) -> float:
    rest = remaining(stages, after(seconds), size)
    assert rest is not None
    return (rest.low_seconds + rest.high_seconds) / 2


def ticking(rng: Random, total: int, per_second: float) -> Iterator[tuple[float, Stage]]:
    """A stage of steady but noisy work, as it is counted four times a second."""
    fade, done, recent, seconds, now = exp(-TICK / RECENT_SECONDS), 0, 0.0, 0.0, 0.0
    while True:
        now += TICK
        more = round(per_second * TICK * rng.uniform(0.5, 1.5))
        done, recent, seconds = done + more, recent * fade + more, seconds * fade + TICK
        if done >= total:
            return
        counted = stage(done=done, total=total, seconds=now)
        yield now, replace(counted, recent_done=recent, recent_seconds=seconds)


def test_nothing_is_said_before_five_seconds_or_three_percent() -> None:
    assert remaining([stage(done=20, seconds=4)], after(4)) is None


@pytest.mark.parametrize(("done", "seconds"), [(20, 6), (40, 1)])
def test_either_five_seconds_or_three_percent_suffice(done: int, seconds: float) -> None:
    assert remaining([stage(done=done, seconds=seconds)], after(seconds)) is not None


def test_the_range_holds_the_plain_extrapolation() -> None:
    rest = remaining([stage(done=250, seconds=10)], after(10))

    assert rest is not None
    assert 0 < rest.low_seconds < 30 < rest.high_seconds


def test_the_range_narrows_as_work_is_done() -> None:
    early, late = (remaining([stage(done=done, seconds=10)], after(10)) for done in (100, 900))

    assert early is not None
    assert late is not None
    spread = [(rest.high_seconds - rest.low_seconds) / rest.high_seconds for rest in (early, late)]
    assert spread[1] < spread[0]


def test_later_stages_count_by_their_weight_where_no_task_was_before() -> None:
    alone = middle([stage(done=500, seconds=10)], 10)
    followed = middle([stage(done=500, seconds=10), stage()], 10)

    assert followed == pytest.approx(3 * alone)


def test_later_stages_take_what_they_took_in_tasks_before_by_size() -> None:
    later = replace(stage(total=None), pace=Pace(2.0, 0.01, 0.2))

    rest = middle([stage(done=500, seconds=10), later], 10, size=300)

    assert rest == pytest.approx(10 + 2 + 300 * 0.01)


def test_the_last_stage_is_guessed_by_those_before_it() -> None:
    long, short = stage(done=1000, seconds=90, weight=9), stage(weight=1)
    running = replace(short, kind=StageKind.SOLO, started_at=after(90))

    assert middle([long, running], 92) == pytest.approx(8)


def test_what_is_overdue_takes_longer_the_longer_it_goes_on() -> None:
    overdue = replace(stage(), kind=StageKind.SOLO, started_at=START, pace=Pace(10, 0, 0.2))

    assert 0 < middle([overdue], 20) < middle([overdue], 60)


def test_a_changed_rate_is_followed() -> None:
    twice_as_slow = replace(stage(done=500, seconds=20), recent_done=125.0, recent_seconds=10.0)

    assert middle([twice_as_slow], 20) == pytest.approx(40)


def test_silence_lengthens_what_is_left() -> None:
    told = [stage(done=500, seconds=10)]

    assert middle(told, 10.4) == pytest.approx(middle(told, 10))
    assert middle(told, 30) > 2 * middle(told, 10)


def test_the_tasks_before_steady_the_first_seconds() -> None:
    jumpy = stage(done=100, seconds=1)

    trusting = middle([replace(jumpy, pace=Pace(0, 0.1, 0.2))], 1)

    assert middle([jumpy], 1) < trusting < 90


@pytest.mark.parametrize("seed", range(20))
def test_steady_work_moves_the_range_calmly_and_keeps_it_true(seed: int) -> None:
    per_second = 50
    told = list(ticking(Random(seed), 3000, per_second))
    end = told[-1][0] + TICK
    ranges = [(now, rest) for now, at in told if (rest := remaining([at], after(now)))]
    middles = [(now, (rest.low_seconds + rest.high_seconds) / 2) for now, rest in ranges]

    jumps = [
        abs(later - (before - TICK)) / before
        for (_, before), (_, later) in pairwise(middles)
        if before > 2
    ]
    held = [rest.low_seconds <= end - now <= rest.high_seconds for now, rest in ranges]

    assert min(rest.low_seconds for _, rest in ranges) >= 0
    assert max(jumps) < 0.2
    assert sum(held) / len(held) > 0.8


def test_a_stage_that_has_done_nothing_has_no_rate() -> None:
    assert rate(stage(), after(10)) is None


def test_progress_weighs_stages() -> None:
    stages = [stage(done=1000, weight=3, seconds=1), stage(done=500, seconds=1)]

    assert percentage(stages) == 87.5
