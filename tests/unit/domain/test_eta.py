"""The remaining time is honest: nothing too early, a range, never negative, and calm."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from service.domain.eta import Remaining, rate, remaining
from service.domain.marks import Mark
from service.domain.paces import Pace
from service.domain.stages import Stage, StageKind, percentage
from tests.benchmarks.traces import TRACES, Trace
from tests.counting import START, counted

SEEDS = range(10)


def stage(
    *, done: int = 0, total: int | None = 1000, weight: float = 1.0, seconds: float = 0.0
) -> Stage:
    """A stage that did so much in so many seconds; in none, one that has not started."""
    started = START if seconds else None
    at = after(seconds) if done else None
    completed = after(seconds) if done and done == total else None
    marks = (Mark(0, 0), Mark(seconds, done)) if done else ()
    return Stage(
        *("s", "S", StageKind.MAP, "images", weight, total, done, started, completed, marks, at)
    )


def going(*paces: tuple[float, float], total: int = 1000) -> Stage:
    """A stage that went on at each rate for so many seconds."""
    at, now, done = stage(total=total, seconds=0), 0.0, 0.0
    at = replace(at, started_at=START)
    for per_second, seconds in paces:
        for _ in range(round(seconds)):
            now, done = now + 1, done + per_second
            at = counted(at, round(done) - at.done, after(now))
    return at


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def middle(stages: list[Stage], seconds: float, size: int | None = None) -> float:
    rest = remaining(stages, after(seconds), size)
    assert rest is not None
    return rest.middle_seconds


def width(at: Stage, seconds: float) -> float:
    """Of the range, as a share of its middle."""
    rest = remaining([at], after(seconds))
    assert rest is not None
    return (rest.high_seconds - rest.low_seconds) / rest.middle_seconds


def told(trace: Trace) -> list[tuple[float, Remaining]]:
    """What a task of one stage was told at each of its saves, and how much was really left."""
    at = replace(stage(total=trace.total), started_at=START)
    ranges: list[tuple[float, Remaining]] = []
    for seconds, done in trace.saves:
        at = counted(at, done - at.done, after(seconds))
        if rest := remaining([at], after(seconds)):
            ranges.append((trace.seconds - seconds, rest))
    return ranges


def test_nobody_knows_it_to_the_tenth_of_a_second() -> None:
    rest = remaining([stage(done=999, seconds=10)], after(10))

    assert rest is not None
    assert rest.low_seconds == 0
    assert rest.high_seconds > 0.5


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
    early, late = (width(stage(done=done, seconds=done / 10), done / 10) for done in (100, 800))

    assert late < early


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
    assert middle([going((50, 10), (25, 4))], 14) == pytest.approx(400 / 25, rel=0.1)


def test_what_happened_once_may_happen_again() -> None:
    assert width(going((50, 10), (25, 4)), 14) > 1.5 * width(going((600 / 14, 14)), 14)


def test_the_range_is_as_wide_as_the_work_is_uneven() -> None:
    even, uneven = going((20, 20)), going(*[(0, 3), (80, 1)] * 5)

    assert even.done == uneven.done
    assert width(uneven, 20) > 2 * width(even, 20)


def test_a_long_pause_may_come_again_at_the_end() -> None:
    paused = replace(going((90, 10)), counted_at=after(10))
    paused = counted(paused, 90, after(20))

    rest = remaining([paused], after(20))

    assert rest is not None
    assert rest.high_seconds > 4


def test_silence_lengthens_what_is_left() -> None:
    silent = [stage(done=500, seconds=10)]

    assert middle(silent, 10.4) == pytest.approx(middle(silent, 10))
    assert middle(silent, 30) > 2 * middle(silent, 10)


def test_the_tasks_before_steady_the_first_seconds() -> None:
    jumpy = stage(done=100, seconds=1)

    trusting = middle([replace(jumpy, pace=Pace(0, 0.1, 0.2))], 1)

    assert middle([jumpy], 1) < trusting < 90


@pytest.mark.parametrize("seed", SEEDS)
def test_steady_work_moves_the_range_calmly(seed: int) -> None:
    middles = [
        (left, rest.middle_seconds) for left, rest in told(TRACES["steady, jitter"](Random(seed)))
    ]

    jumps = [
        abs(later - (before - (left - less))) / before
        for (left, before), (less, later) in pairwise(middles)
        if before > 2
    ]
    assert max(jumps) < 0.2


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_no_range_is_negative_or_upside_down(trace: Callable[[Random], Trace]) -> None:
    ranges = [rest for seed in SEEDS for _, rest in told(trace(Random(seed)))]

    assert all(0 <= rest.low_seconds <= rest.high_seconds for rest in ranges)


@pytest.mark.parametrize("name", ["steady, jitter", "heavy-tailed items", "pauses", "wandering"])
def test_the_truth_is_mostly_in_the_range(name: str) -> None:
    ranges = [one for seed in SEEDS for one in told(TRACES[name](Random(seed)))]

    held = [rest.low_seconds <= left <= rest.high_seconds for left, rest in ranges]
    assert sum(held) / len(held) > 0.75


def test_a_stage_that_has_done_nothing_has_no_rate() -> None:
    assert rate(stage(), after(10)) is None


def test_progress_weighs_stages() -> None:
    stages = [stage(done=1000, weight=3, seconds=1), stage(done=500, seconds=1)]

    assert percentage(stages) == 87.5
