"""Case: a load, a blow, and what the ledger says afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from tests.chaos import ledger
from tests.chaos.checker import ENDED, RETURNED, Evidence, Violation, Wrong, check
from tests.chaos.ledger import Change
from tests.chaos.load import Load, kept
from tests.chaos.sites import Site

END_SECONDS = 60
"""Within which every load ends once it goes on again."""
SPARE_SECONDS = 120
"""For what is before and after: a whole site, a load, a look at what is left."""


@dataclass(frozen=True)
class Blow:
    """From when is counted how long it takes until the work goes on."""

    at: datetime
    task: str | None = None
    """Counted until this task is worked on."""
    seconds: float | None = None
    """Where something else was measured."""


def now() -> datetime:
    return datetime.now(UTC)


Inflict = Callable[[Site, Load], Awaitable[Blow]]


@dataclass(frozen=True)
class Case:
    """A fault and what is promised of it."""

    name: str
    bound_seconds: float
    inflict: Inflict
    load: Callable[[Load], Awaitable[object]]
    may_charge: bool = True
    end_seconds: float = END_SECONDS


@dataclass(frozen=True)
class Endured:
    """What became of a case."""

    seconds: float
    evidence: Evidence
    violations: list[Violation]

    def count(self, wrong: Wrong) -> int:
        return sum(violation.wrong is wrong for violation in self.violations)


async def endure(site: Site, case: Case, random: Random) -> Endured:
    """Strikes the site in the middle of its work; returns once everything has ended."""
    async with asyncio.timeout(case.bound_seconds + case.end_seconds + SPARE_SECONDS):
        await site.make_whole()
        async with site.database() as connection:
            await ledger.clear(connection)
        load = Load(site, random)
        try:
            return await _struck(site, case, load)
        finally:
            await load.give_up()


async def _struck(site: Site, case: Case, load: Load) -> Endured:
    await case.load(load)
    blow = await case.inflict(site, load)
    with suppress(TimeoutError):  # what has not ended is for the checker to say
        await load.ended(seconds=case.bound_seconds + case.end_seconds)
    return await _judged(site, case, load, blow)


async def _judged(site: Site, case: Case, load: Load, blow: Blow) -> Endured:
    evidence = await load.evidence(may_charge=case.may_charge)
    kept(site.folder / f"{case.name.replace('/', ' ')}.ledger", evidence)
    return Endured(_seconds(evidence.changes, blow), evidence, check(evidence))


def _seconds(changes: Sequence[Change], blow: Blow) -> float:
    if blow.seconds is not None:
        return blow.seconds
    chunks = [c for c in changes if c.relation == "chunks" and c.at >= blow.at]
    if blow.task:
        chunks = [change for change in chunks if change.new["task_id"] == blow.task]
    lost = {c.new["id"] for c in chunks if _returned(c)}
    moved = next((c.at for c in chunks if _moved(c) and (not lost or c.new["id"] in lost)), None)
    return (moved - blow.at).total_seconds() if moved else float("nan")


def _returned(change: Change) -> bool:
    return change.old.get("state") == "running" and change.new["state"] in RETURNED


def _moved(change: Change) -> bool:
    old, new = change.old, change.new
    claimed = old.get("state") == "waiting" and new["state"] == "running"
    ended = new["state"] in ENDED and change.became("state")
    return claimed or ended or new["done"] > old.get("done", 0)
