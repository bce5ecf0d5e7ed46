"""Counting: what a stage's row says after a save; the same as the database counts."""

from dataclasses import replace
from datetime import UTC, datetime

from service.db.saves import LONGEST_PAUSE_SECONDS
from service.domain.marks import (
    LEAST_APART_SECONDS,
    MOST_APART_SECONDS,
    MOST_MARKS,
    Mark,
)
from service.domain.stages import Stage

START = datetime(2026, 1, 1, tzinfo=UTC)


def counted(stage: Stage, more: int, now: datetime) -> Stage:
    """The stage once so much more was saved; a test of the saves shows that rows say the same."""
    since = (now - (stage.counted_at or stage.started_at or now)).total_seconds()
    marks = list(stage.marks) or [Mark(0.0, stage.done)]
    seconds = marks[-1].seconds + min(max(since, 0.0), LONGEST_PAUSE_SECONDS)
    if len(marks) > 1 and marks[-1].seconds - marks[-2].seconds < _apart(marks[-1].seconds):
        del marks[-1]
    marks = [*marks, Mark(seconds, stage.done + more)][-MOST_MARKS:]
    return replace(stage, done=stage.done + more, counted_at=now, marks=tuple(marks))


def _apart(seconds: float) -> float:
    return min(max(seconds / MOST_MARKS, LEAST_APART_SECONDS), MOST_APART_SECONDS)
