"""The remaining time of a running task: a rate and an honest range, or nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from service.domain.stages import Stage, StageKind, current

EARLIEST_SECONDS = 5.0
EARLIEST_FRACTION = 0.03


@dataclass(frozen=True)
class Remaining:
    """Seconds that the rest of a task will probably take, never negative."""

    low_seconds: float
    high_seconds: float


def rate(stage: Stage, now: datetime) -> float | None:
    """Keys a second of a map stage since it started; None before the first is done."""
    if stage.kind is not StageKind.MAP or stage.started_at is None or not stage.done:
        return None
    return stage.done / max((now - stage.started_at).total_seconds(), 0.001)


def remaining(stages: Sequence[Stage], now: datetime) -> Remaining | None:
    """The range for the rest of the running stage and, by weight, of those after it.

    None until the stage has run for 5 s or has done 3 %: before that any figure would be a guess.
    The range is wide at first and narrows with the root of what is done.
    """
    stage = current(stages)
    if stage is None or stage.started_at is None or not stage.fraction:
        return None
    elapsed = max((now - stage.started_at).total_seconds(), 0.0)
    if elapsed < EARLIEST_SECONDS and stage.fraction < EARLIEST_FRACTION:
        return None
    whole = elapsed / stage.fraction
    later = sum(s.weight for s in stages if s is not stage and not s.fraction)
    middle = whole * (1 - stage.fraction) + whole * later / stage.weight
    spread = 0.1 + 0.4 * (1 - sqrt(stage.fraction))
    return Remaining(low_seconds=middle * (1 - spread), high_seconds=middle * (1 + spread))
