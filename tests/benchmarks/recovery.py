"""Recovery: from kill -9 to the moment at which what was being done is being done again."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from random import Random

from tests.benchmarks.figure import Figure
from tests.chaos.case import Case, Endured, Inflict, endure
from tests.chaos.checker import Wrong
from tests.chaos.faults.workers import kill_machine, kill_worker
from tests.chaos.load import Load
from tests.chaos.sites import SLOTS, WORKERS, Site, running_site
from worker.heart import LEASE_SECONDS

KILLS = 2
WORKER_SECONDS = 2.0
MACHINE_SECONDS = LEASE_SECONDS + 4
NAP_SECONDS = 3.0


async def measure(folder: Path) -> list[Figure]:
    """Real parents, workers and children; the slowest of some kills, on the database's clock."""
    async with running_site(folder) as site:
        freed = [await _endured(site, kill_worker, _some, n) for n in range(KILLS)]
        replaced = [await _endured(site, kill_worker, _full, KILLS)]
        rescued = [await _endured(site, kill_machine, _some, KILLS)]
    return [
        _slowest("kill -9 of a worker, its chunk runs again", freed, WORKER_SECONDS),
        _slowest("the same while all others are busy: by its successor", replaced, None),
        _slowest("kill -9 of worker and parent, likewise", rescued, MACHINE_SECONDS),
        Figure("tasks lost by these kills", _lost(freed + replaced + rescued), "", at_most=0),
    ]


async def _endured(
    site: Site, inflict: Inflict, load: Callable[[Load], Awaitable[None]], seed: int
) -> Endured:
    return await endure(site, Case("kill -9", MACHINE_SECONDS, inflict, load), Random(seed))


async def _some(load: Load) -> None:
    """Enough for every worker, and yet there are free slots."""
    await _naps(load, SLOTS + 1)


async def _full(load: Load) -> None:
    """One in every slot, and as many that wait."""
    await _naps(load, 2 * WORKERS * SLOTS)


async def _naps(load: Load, count: int) -> None:
    for _ in range(count):
        await load.nap(NAP_SECONDS)
    await load.site.at_work(min(count, WORKERS * SLOTS))


def _slowest(name: str, endured: Sequence[Endured], bound: float | None) -> Figure:
    return Figure(name, max(one.seconds for one in endured), "s", at_most=bound)


def _lost(endured: Sequence[Endured]) -> int:
    return sum(one.count(Wrong.LOST) for one in endured)
