"""ETA: how far off the remaining time is, and how often the truth is in its range; tqdm beside."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean

from service.domain.paces import Pace, Took, learnt
from tests.benchmarks.figure import Figure
from tests.benchmarks.peers import measured
from tests.benchmarks.recording import recorded
from tests.benchmarks.replays import Told, replay
from tests.benchmarks.traces import KEYS, SECONDS, TRACES, Trace, going

SEEDS = range(20)
TASKS_BEFORE = 5


@dataclass(frozen=True)
class Score:
    """Mean errors in seconds, and the share of moments at which the range held the truth."""

    ours: float
    tqdms: float
    held: float


async def measure(folder: Path) -> list[Figure]:
    """Tasks of a minute that are replayed in no time, and one of a real worker."""
    replayed = _replayed()
    *scores, real = await _scores([*replayed.values(), [await recorded(folder)]], folder)
    return [
        *(
            line
            for kind, score in zip(replayed, scores, strict=True)
            for line in _lines(kind, score)
        ),
        Figure(
            "ETA, all of these: mean error / tqdm's",
            fmean(score.ours for score in scores) / fmean(score.tqdms for score in scores),
            "",
            at_most=1,
        ),
        Figure("ETA, all of these: in range", fmean(s.held for s in scores), "", at_least=0.8),
        Figure("ETA, a real analysis: mean error / tqdm's", real.ours / real.tqdms, "", at_most=1),
        Figure("ETA, a real analysis: in range", real.held, "", at_least=0.8),
    ]


def _lines(kind: str, score: Score) -> list[Figure]:
    """Without bars: nobody can foresee a rate that halves."""
    return [
        Figure(f"ETA, {kind}: mean error / tqdm's", score.ours / score.tqdms, ""),
        Figure(f"ETA, {kind}: in range", score.held, ""),
    ]


def _replayed() -> Mapping[str, Sequence[Told]]:
    kinds = {kind: _alone(make) for kind, make in TRACES.items()}
    kinds["two stages, the first task"] = lambda rng: replay(*((t, None) for t in _two(rng)))
    kinds["two stages, tasks before"] = _known
    return {kind: [make(Random(seed)) for seed in SEEDS] for kind, make in kinds.items()}


def _alone(make: Callable[[Random], Trace]) -> Callable[[Random], Told]:
    return lambda rng: replay((make(rng), None))


def _known(rng: Random) -> Told:
    return replay(*((trace, _learnt(trace, rng)) for trace in _two(rng)))


def _two(rng: Random) -> list[Trace]:
    """As many keys each; the second goes twice as fast."""
    return [
        going(rng, lambda now, share: 1.5 * KEYS / SECONDS),
        going(rng, lambda now, share: 3 * KEYS / SECONDS),
    ]


def _learnt(trace: Trace, rng: Random) -> Pace | None:
    """From tasks that were up to a quarter slower or faster."""
    seconds = [trace.seconds * rng.uniform(0.8, 1.25) for _ in range(TASKS_BEFORE)]
    return learnt([Took(trace.total, one) for one in seconds])


async def _scores(kinds: Sequence[Sequence[Told]], folder: Path) -> list[Score]:
    """Only moments count at which both say something."""
    file = folder / "traces.json"
    asked = [_for_tqdm(told) for kind in kinds for told in kind]
    await asyncio.to_thread(file.write_text, json.dumps(asked))
    answers = iter((await measured("tqdm", str(file)))["left"])
    return [_score([(told, next(answers)) for told in kind]) for kind in kinds]


def _for_tqdm(told: Told) -> dict[str, object]:
    asked = [seconds for seconds, _ in told.said]
    return {"total": told.saves[-1][1], "saves": told.saves, "asked": asked}


def _score(runs: Sequence[tuple[Told, Sequence[float | None]]]) -> Score:
    moments = [
        (told.seconds - seconds, ours, tqdms)
        for told, answers in runs
        for (seconds, ours), tqdms in zip(told.said, answers, strict=True)
        if ours is not None and tqdms is not None
    ]
    return Score(
        ours=fmean(abs(ours.middle_seconds - left) for left, ours, _ in moments),
        tqdms=fmean(abs(tqdms - left) for left, _, tqdms in moments),
        held=fmean(ours.low_seconds <= left <= ours.high_seconds for left, ours, _ in moments),
    )
