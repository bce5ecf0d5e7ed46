"""The remaining time of a running task: a rate and an honest range, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, sqrt

from service.domain.stages import Stage, StageKind, current, percentage
from service.domain.tempo import Tempo

EARLIEST_SECONDS = 5.0
EARLIEST_PERCENT = 3.0
TRUSTED_SECONDS = 5.0
"""When a stage starts, the tasks before it count like so many seconds of its own."""
FORGOTTEN_SECONDS = 15.0
"""After so long they count a third of that."""
LEAST_SPREAD, MOST_SPREAD = 0.1, 0.9
NEW_SPREAD = 0.25
"""At the start of a stage, for all that may yet happen."""
DOUBTS = 1.5
"""The range is so many standard deviations of the rate wide, to either side."""
UNKNOWN_SPREAD = 0.5
FINEST_SECONDS = 0.5
"""Counts and ends are told with a delay; nobody knows it more finely."""
OVERDUE = 0.2
"""What is overdue takes this share of its time until now longer: there is no better guess."""


@dataclass(frozen=True)
class Remaining:
    """Seconds that the rest of a task will probably take, never negative."""

    low_seconds: float
    high_seconds: float

    @property
    def middle_seconds(self) -> float:
        """Where one figure is asked for."""
        return (self.low_seconds + self.high_seconds) / 2


def rate(stage: Stage, now: datetime) -> float | None:
    """Keys a second that a map stage does lately; None before the first is done."""
    lately = _lately(stage, now) if stage.kind is StageKind.MAP else None
    return lately and lately.rate


def remaining(stages: Sequence[Stage], now: datetime, size: int | None = None) -> Remaining | None:
    """The range for the rest of the running stage and for those after it.

    What runs goes on as it did lately; what comes takes as long as in the tasks of this type
    before, by ``size``, the items of the task's datasets, or its share by weight where there were
    none. None until the task has run for 5 s or has done 3 %: before that any figure would be a
    guess. The range narrows with the root of what is done, and is as wide as the rate is uneven:
    by its noise, its wander and its longest pause. It cannot know of a change before it comes.
    """
    running = current(stages)
    if running is None or running.started_at is None or _too_early(stages, now):
        return None
    usual = _Usual(stages, now, size)
    rest = _rest(running, now, usual)
    if rest is None:
        return None
    later = [usual.whole(s) for s in stages if s is not running and not s.completed_at]
    guesses = [rest, *(guess for guess in later if guess is not None)]
    low = sum(guess.seconds * (1 - guess.spread) for guess in guesses)
    high = sum(guess.seconds * (1 + guess.spread) for guess in guesses)
    return Remaining(max(low - FINEST_SECONDS, 0.0), high + FINEST_SECONDS)


@dataclass(frozen=True)
class _Guess:
    """Seconds, and by what share they may be wrong."""

    seconds: float
    spread: float


class _Usual:
    """What whole stages take: as in tasks before, else by what this task took for their weight."""

    def __init__(self, stages: Sequence[Stage], now: datetime, size: int | None) -> None:
        self._size = size or 0
        known = [(stage.weight, _took(stage, now)) for stage in stages]
        weight = sum(weight for weight, took in known if took is not None)
        self._weight_seconds = sum(took or 0.0 for _, took in known) / weight if weight else None

    def whole(self, stage: Stage) -> _Guess | None:
        """None where neither tells anything."""
        if stage.pace is not None:
            keys = stage.total if stage.kind is StageKind.MAP else None
            seconds = stage.pace.seconds(self._size if keys is None else keys)
            return _Guess(seconds, stage.pace.spread)
        if self._weight_seconds is None:
            return None
        return _Guess(self._weight_seconds * stage.weight, UNKNOWN_SPREAD)


def _too_early(stages: Sequence[Stage], now: datetime) -> bool:
    began = min(stage.started_at for stage in stages if stage.started_at is not None)
    ran = (now - began).total_seconds()
    return ran < EARLIEST_SECONDS and percentage(stages) < EARLIEST_PERCENT


def _rest(stage: Stage, now: datetime, usual: _Usual) -> _Guess | None:
    """By the stage's own tempo; where it has none yet, by what its whole should take."""
    whole, ran = usual.whole(stage), _ran(stage, now)
    lately = _lately(stage, now)
    if lately and stage.total:
        if stage.pace is not None and whole is not None and whole.seconds:
            trusted = TRUSTED_SECONDS * exp(-ran / FORGOTTEN_SECONDS)
            lately = lately.known_before(stage.total / whole.seconds, trusted)
        return _at(lately, max(stage.total - stage.done, 0), stage.fraction)
    return whole and _Guess(max(whole.seconds - ran, OVERDUE * ran), UNKNOWN_SPREAD)


def _at(lately: Tempo, left: int, fraction: float) -> _Guess:
    """What is left at this tempo; the last of it may be what takes longest."""
    plain, last = left / lately.rate, lately.pause_seconds / 2
    spread = LEAST_SPREAD + NEW_SPREAD * (1 - sqrt(fraction))
    spread += DOUBTS * lately.doubt(max(plain, 1.0))
    seconds = plain + last
    return _Guess(seconds, min((plain * spread + last) / seconds, MOST_SPREAD) if seconds else 0.0)


def _lately(stage: Stage, now: datetime) -> Tempo | None:
    """With the silence since, as far as it is longer than usual: by then two could have come."""
    lately = stage.tempo
    if lately is None or stage.counted_at is None:
        return None
    usual = max(2 / lately.rate, 0.5)
    return lately.silent(max((now - stage.counted_at).total_seconds() - usual, 0.0))


def _took(stage: Stage, now: datetime) -> float | None:
    """Seconds that a stage took, or will at its present rate."""
    if stage.started_at is not None and stage.completed_at is not None:
        return (stage.completed_at - stage.started_at).total_seconds()
    lately = _lately(stage, now)
    return stage.total / lately.rate if lately and stage.total else None


def _ran(stage: Stage, now: datetime) -> float:
    began = stage.started_at or now
    return max((now - began).total_seconds(), 0.0)
