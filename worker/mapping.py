"""Mapping: runs the units of a map stage in children, and finds out which one kills them."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

import structlog

from service.domain.chunks import Done, HandedBack, Outcome
from service.domain.saves import Reason, SetAsideSave
from service.processes.death import ChildDied
from service.processes.executor import Executor
from service.processes.output import STORAGE_FULL, ItemError, Order, Output
from service.storage.local import StorageFull
from service.usecases.runs import ELSEWHERE_SECONDS
from worker.traces import storable
from worker.work import FAULTS, Kept, MapWork, Run, Unit

log = structlog.get_logger()

Keep = Callable[[Kept], Awaitable[None]]


async def run_map(
    run: Run, work: MapWork, executor: Executor, keep: Keep, is_late: Callable[[], bool]
) -> Outcome:
    """Does what is open in the chunk; what others are computing is read again later.

    Once it is late no unit is begun: the rest is handed back for another run.
    """
    batch = await work.read(run)
    if left := await _Mapping(run, work, executor, keep, is_late).do(list(batch.units)):
        count = f"{left:,} of {len(batch.units):,} {run.spec.unit}"
        return HandedBack(
            why=f"{count} of a chunk are handed back: the run has reached its time limit"
        )
    return HandedBack(ELSEWHERE_SECONDS) if batch.elsewhere else Done()


class _Mapping:
    """The units of one run: a suspect is tried alone, then set aside; the rest goes on."""

    def __init__(
        self,
        run: Run,
        work: MapWork,
        executor: Executor,
        keep: Keep,
        is_late: Callable[[], bool],
    ) -> None:
        self._run = run
        self._work = work
        self._executor = executor
        self._keep = keep
        self._is_late = is_late

    async def do(self, units: Sequence[Unit]) -> int:
        """How many are left because it is late."""
        while units:
            done, death = await self._order(units)
            if death is None:
                return len(units) - done
            if death.index is None:  # it died between units: none is suspect, the chunk may retry
                raise death
            suspect = units[death.index]
            log.warning("child.died", reason=death.reason, key=suspect.key, detail=death.detail)
            await self._try_alone(suspect)
            units = [unit for n, unit in enumerate(units) if n >= done and unit is not suspect]
            if self._is_late():
                break
        return len(units)

    async def _order(self, units: Sequence[Unit]) -> tuple[int, ChildDied | None]:
        """How many of the units are kept, and what killed the child, if anything did."""
        done = 0
        work, run = self._work, self._run
        order = Order(
            work.function,
            [unit.input for unit in units],
            work.shared(run),
            keeps=work.keeps(run) if work.keeps else None,
        )
        try:
            async with aclosing(self._executor.execute(order)) as outputs:
                async for output in outputs:
                    await self._keep(self._kept(units[output.index], output))
                    done = output.index + 1
                    if done < len(units) and self._is_late():
                        break
        except ChildDied as death:
            return done, death
        return done, None

    def _kept(self, unit: Unit, output: Output | ItemError) -> Kept:
        if isinstance(output, ItemError) and output.code == STORAGE_FULL:
            raise StorageFull(output.detail)
        if isinstance(output, ItemError) and output.code in FAULTS:
            log.error("unit.failed", key=unit.key, code=output.code, traceback=output.traceback)
            return self._aside(unit, Reason(output.code, output.detail), output.traceback)
        return self._work.keep(self._run, unit, output)

    async def _try_alone(self, suspect: Unit) -> None:
        _, death = await self._order([suspect])
        if death is not None:
            await self._keep(self._aside(suspect, Reason(f"child_{death.reason}", death.detail)))

    def _aside(self, unit: Unit, reason: Reason, trace: str | None = None) -> Kept:
        told = trace and storable(trace)
        return Kept(SetAsideSave(self._run.chunk.fence, unit.key, reason, told))
