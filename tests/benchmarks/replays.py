"""Replays: what a task of some traces would have been told, by the rules that production keeps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.eta import Remaining, remaining
from service.domain.paces import Pace
from service.domain.stages import Stage, StageKind
from tests.benchmarks.traces import Trace
from tests.counting import START, counted

ASKED_SECONDS = 0.5


@dataclass(frozen=True)
class Told:
    """A whole task: what was saved when, and what was said at each moment that was asked for."""

    saves: Sequence[tuple[float, int]]
    """Seconds since it began, and what was done by then in all of its stages."""
    said: Sequence[tuple[float, Remaining | None]]
    seconds: float


def replay(*parts: tuple[Trace, Pace | None]) -> Told:
    """A task of these stages, each with what was learnt of it; asked for twice a second."""
    stages = [_stage(trace, pace) for trace, pace in parts]
    saves: list[tuple[float, int]] = []
    said: list[tuple[float, Remaining | None]] = []
    begun, before = 0.0, 0
    for n, (trace, _) in enumerate(parts):
        stages[n] = replace(stages[n], started_at=_at(begun))
        for seconds, done in _events(trace, begun):
            if done is None:
                said.append((seconds, remaining(stages, _at(seconds))))
            else:
                stages[n] = counted(stages[n], done - stages[n].done, _at(seconds))
                saves.append((seconds, before + done))
        begun, before = begun + trace.seconds, before + trace.total
        stages[n] = replace(stages[n], completed_at=_at(begun))
    return Told(saves, said, begun)


def _stage(trace: Trace, pace: Pace | None) -> Stage:
    return Stage("s", "S", StageKind.MAP, "items", 1.0, trace.total, 0, None, None, pace=pace)


def _events(trace: Trace, begun: float) -> Iterator[tuple[float, int | None]]:
    """Saves, and between them moments to ask at, in their order."""
    asked = int(begun / ASKED_SECONDS) + 1
    for seconds, done in trace.saves:
        while asked * ASKED_SECONDS < begun + seconds:
            yield asked * ASKED_SECONDS, None
            asked += 1
        yield begun + seconds, done


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)
