"""Whatever stages and paces say: estimates are ranges, progress is a share, and both are calm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.chunks import backoff_seconds
from service.domain.eta import remaining
from service.domain.marks import Mark
from service.domain.paces import Pace, Took, learnt
from service.domain.places import Place, starts_in
from service.domain.previews import merged
from service.domain.stages import SOLO_TOTAL, Stage, StageKind, percentage
from service.domain.tasks import fingerprint

START = datetime(2026, 1, 1, tzinfo=UTC)
MONTH_SECONDS = 30 * 86_400.0

seconds = st.floats(0, MONTH_SECONDS)
sizes = st.integers(0, 10**7)
weights = st.floats(0.01, 1)
paces = st.builds(Pace, seconds, seconds, st.floats(0.15, 1.0))
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@st.composite
def marks(draw: st.DrawFn) -> list[Mark]:
    """Neither time nor what is done runs backwards."""
    times = sorted(draw(st.lists(seconds, max_size=20)))
    dones = sorted(draw(st.lists(sizes, min_size=len(times), max_size=len(times))))
    return [Mark(*mark) for mark in zip(times, dones, strict=True)]


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    """One that waits, runs or has ended, with any counts that PostgreSQL may hold of it."""
    kind = draw(st.sampled_from(StageKind))
    total = SOLO_TOTAL if kind is StageKind.SOLO else draw(st.none() | sizes)
    done = draw(st.integers(0, total or 0))
    started = draw(st.none() | seconds)
    ended = None if started is None else draw(st.none() | st.floats(started, MONTH_SECONDS))
    counted = draw(st.none() | st.floats(started, MONTH_SECONDS)) if started is not None else None
    return Stage(
        *("s", "S", kind, "items", draw(weights), total, done),
        started_at=_at(started),
        completed_at=_at(ended),
        marks=draw(marks()) if started is not None else (),
        counted_at=_at(counted),
        pace=draw(st.none() | paces),
    )


def _at(offset: float | None) -> datetime | None:
    return None if offset is None else START + timedelta(seconds=offset)


@given(st.lists(stages(), max_size=4), seconds, st.none() | sizes)
def test_an_estimate_is_a_range_that_is_never_negative(
    some: list[Stage], now: float, size: int | None
) -> None:
    rest = remaining(some, START + timedelta(seconds=now), size)

    assert rest is None or 0 <= rest.low_seconds <= rest.high_seconds < float("inf")


@given(st.lists(stages(), min_size=1, max_size=4), st.data())
def test_progress_is_a_share_and_never_falls_while_more_is_done(
    some: list[Stage], data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(some) - 1))
    more = data.draw(st.integers(some[n].done, some[n].total or 0))

    later = [*some[:n], replace(some[n], done=more), *some[n + 1 :]]

    assert 0 <= percentage(some) <= percentage(later) <= 100


@given(st.lists(st.builds(Took, sizes, seconds), min_size=1, max_size=12), sizes, sizes)
def test_a_pace_is_never_negative_and_more_never_takes_less(
    before: list[Took], few: int, more: int
) -> None:
    pace = learnt(before)

    assert pace is not None
    assert 0 <= pace.seconds(min(few, more)) <= pace.seconds(max(few, more))


@given(seconds, st.floats(0, 10), st.lists(sizes, min_size=2, max_size=8, unique=True))
def test_a_pace_is_found_again_in_stages_that_all_took_it(
    fixed: float, unit: float, some: list[int]
) -> None:
    pace = learnt([Took(size, fixed + unit * size) for size in some])

    assert pace is not None
    for size in some:
        told = fixed + unit * size
        assert abs(pace.seconds(size) - told) <= 0.01 * told + 0.01


@given(
    st.builds(
        Place,
        position=sizes,
        chunks_ahead=sizes,
        running=st.integers(0, 1000),
        slots=st.integers(0, 1000),
        run_seconds=st.none() | seconds,
    )
)
def test_a_turn_comes_within_a_range_wherever_anybody_works(place: Place) -> None:
    wait = starts_in(place)

    assert (wait is None) == (place.slots == 0)
    assert wait is None or 0 <= wait.low_seconds <= wait.high_seconds


@given(st.integers(1, 1000), st.floats(0, 1), st.floats(0, 1))
def test_a_failure_costs_at_most_a_minute_and_a_half_and_never_nothing(
    attempts: int, jitter: float, other: float
) -> None:
    assert 0.5 <= backoff_seconds(attempts, jitter) <= 90
    assert backoff_seconds(attempts, jitter) <= 3 * backoff_seconds(attempts + 1, other)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers()), max_size=5), st.data())
def test_counts_of_workers_merge_in_any_order(
    parts: list[dict[str, int]], data: st.DataObject
) -> None:
    assert merged(data.draw(st.permutations(parts))) == merged(parts)


@given(st.dictionaries(st.text(), json, max_size=4), st.data())
def test_requests_are_equal_in_whatever_order_their_params_come(
    params: dict[str, object], data: st.DataObject
) -> None:
    turned = dict(data.draw(st.permutations(list(params.items()))))
    subjects = (None, None)

    assert fingerprint("t", 1, subjects, turned) == fingerprint("t", 1, subjects, params)
    assert fingerprint("t", 1, subjects, params) != fingerprint("t", 2, subjects, params)
