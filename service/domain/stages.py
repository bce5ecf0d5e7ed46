"""Stages: the named, weighted parts of a task, and what their counts say about its progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from service.domain.marks import Mark
from service.domain.paces import Pace
from service.domain.tempo import Tempo, tempo

SOLO_TOTAL = 1000
"""A solo stage counts its fraction in thousandths."""


class StageKind(StrEnum):
    """One unit of work, or one for each of many keys."""

    SOLO = "solo"
    MAP = "map"


class StageState(StrEnum):
    """Where a stage stands."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Stage:
    """A stage at one moment; ``total`` is None until it is planned."""

    name: str
    title: str
    kind: StageKind
    unit: str
    """What a map stage counts, in the plural; empty for a solo stage."""
    weight: float
    total: int | None
    done: int
    started_at: datetime | None
    completed_at: datetime | None
    marks: Sequence[Mark] = ()
    """How much was done when, the oldest first."""
    counted_at: datetime | None = None
    pace: Pace | None = None
    """What this stage usually takes, as the tasks before have shown."""
    known: int = 0
    """How many items needed no work of their own when it was planned."""

    @property
    def state(self) -> StageState:
        """How it stands while its task goes on."""
        if self.completed_at is not None:
            return StageState.COMPLETED
        return StageState.RUNNING if self.started_at is not None else StageState.WAITING

    @cached_property
    def tempo(self) -> Tempo | None:
        """What its marks say; None before anything is done."""
        return tempo(self.marks)

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.completed_at is not None:
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0


def percentage(stages: Sequence[Stage]) -> float:
    """Progress of a task from 0 to 100: the fractions of its stages by their weights."""
    whole = sum(stage.weight for stage in stages)
    if not whole:
        return 0.0
    return round(100 * sum(stage.weight * stage.fraction for stage in stages) / whole, 1)


def current(stages: Sequence[Stage]) -> Stage | None:
    """The stage that runs, else the first that has not; None where all are completed."""
    return next((stage for stage in stages if stage.state is not StageState.COMPLETED), None)
