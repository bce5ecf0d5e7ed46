"""Execution: does the work of one run and says, as an outcome, how it ended."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

import structlog

from service.db.away import DATABASE_ERRORS, may_pass
from service.domain.chunks import (
    MAX_RETRIES,
    ChunkKind,
    ClaimedChunk,
    Done,
    Failed,
    Lost,
    Outcome,
    Settled,
    Stopped,
)
from service.domain.tasks import Failure
from service.processes.death import ChildDied
from service.processes.executor import ChildNotStarted, Executor
from service.processes.output import NO_SPACE, STORAGE_FULL, ItemError, Order
from service.runtime import Runtime
from service.storage.local import StorageFull
from worker.active import ActiveRun
from worker.mapping import run_map
from worker.saver import Saver
from worker.traces import trace_of
from worker.work import Analyses, MapWork, Run, SoloTools, SoloWork, StageFailed

log = structlog.get_logger()


class Execution:
    """What stages are run with: children, the saver and the analyses."""

    def __init__(
        self, runtime: Runtime, analyses: Analyses, executor: Executor, saver: Saver
    ) -> None:
        self._runtime = runtime
        self._analyses = analyses
        self._executor = executor
        self._saver = saver
        self._soft_seconds = runtime.settings.run_soft_limit_seconds
        self._hard_seconds = runtime.settings.run_limit_seconds

    async def supervise(self, active: ActiveRun) -> Outcome:
        """How the work ended; errors that nobody expected fail the task with a typed reason."""
        if active.chunk.cancelling:
            return Stopped()
        if active.stop is not None:
            return active.killed()
        active.work = asyncio.create_task(self._do(active))
        clock = asyncio.timeout(self._hard_seconds)
        try:
            async with clock:
                return await active.work
        except asyncio.CancelledError:
            return active.killed()
        except Exception as error:
            if active.stop is not None:
                return active.killed()
            if clock.expired():
                return Failed(self._took_too_long(), transient=True)
            return _failed(error)

    async def _do(self, active: ActiveRun) -> Outcome:
        chunk = active.chunk
        if chunk.attempts > MAX_RETRIES:
            return Failed(Failure("gave_up", f"it failed {chunk.attempts} times"), False)
        if chunk.kind is ChunkKind.PLAN:
            return Lost() if await self._runtime.runs.plan(chunk) is None else Settled()
        match self._analyses[chunk.task_type][chunk.stage]:
            case MapWork() as work:
                return await self._map(active, work)
            case SoloWork(work):
                async with self._warned_if_late(active):
                    tools = SoloTools(self._child, self._saver.add)
                    return Done(await work(self._run_of(active), tools))

    async def _map(self, active: ActiveRun, work: MapWork) -> Outcome:
        run = self._run_of(active)
        keep = partial(self._saver.keep, active.chunk)
        return await run_map(run, work, self._executor, keep, partial(self._is_late, active))

    def _is_late(self, active: ActiveRun) -> bool:
        return time.monotonic() - active.began > self._soft_seconds

    @asynccontextmanager
    async def _warned_if_late(self, active: ActiveRun) -> AsyncGenerator[None]:
        """The task's log says so before the run is killed: a solo stage cannot be cut in two."""
        warning = asyncio.create_task(self._warn_late(active.chunk))
        try:
            yield
        finally:
            warning.cancel()
            await asyncio.wait({warning})

    async def _warn_late(self, chunk: ClaimedChunk) -> None:
        await asyncio.sleep(self._soft_seconds)
        soft, hard = _time_words(self._soft_seconds), _time_words(self._hard_seconds)
        line = f"it has been at work for {soft}; after {hard} it will be stopped"
        try:
            await self._runtime.runs.warn(chunk, line)
        except DATABASE_ERRORS as error:
            log.warning("run.not_warned", error=repr(error))

    def _took_too_long(self) -> Failure:
        limit = _time_words(self._hard_seconds)
        return Failure("time_limit", f"it took longer than {limit} and was stopped")

    def _run_of(self, active: ActiveRun) -> Run:
        chunk = active.chunk
        entry = self._runtime.catalogue.entry(chunk.task_type)
        return Run(chunk, entry, entry.stage(chunk.stage), self._runtime, active.folder)

    async def _child(self, function: str, item: Any, shared: Any) -> AsyncGenerator[Any]:
        order = Order(function, [item], shared)
        async with aclosing(self._executor.execute(order)) as outputs:
            async for output in outputs:
                if isinstance(output, ItemError):
                    raise _solo_error(output)
                if output.data is not None:
                    yield output.data


UNEXPECTED = Failure(
    "analysis_error", "the analysis met an error that nobody expected; its log has the trace"
)


def _time_words(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 120 else f"{seconds:g} seconds"


def _solo_error(error: ItemError) -> Exception:
    if error.code == STORAGE_FULL:
        return StorageFull(error.detail)
    return StageFailed(error.code, error.detail, error.traceback)


def _failed(error: Exception) -> Failed:
    match error:
        case ChildDied():
            return Failed(Failure(f"child_{error.reason}", error.detail), transient=True)
        case ChildNotStarted():
            log.warning("child.not_started", error=str(error))
            return Failed(Failure("child_not_started", f"no child starts: {error}"), True)
        case StorageFull():
            return Failed(Failure(STORAGE_FULL, str(error)), transient=True)
        case StageFailed():
            log.error("stage.failed", code=error.code, traceback=error.traceback)
            failure = UNEXPECTED if error.code == UNEXPECTED.code else error.failure
            return Failed(failure, transient=False, trace=trace_of(error))
        case OSError(errno=number) if number in NO_SPACE:
            return Failed(Failure(STORAGE_FULL, "there is no space left on the disk"), True)
        case _ if isinstance(error, DATABASE_ERRORS) and may_pass(error):
            log.warning("run.failed", error=repr(error))
            return Failed(Failure("unavailable", "the database or storage was away"), True)
        case _:
            log.error("run.crashed", exc_info=error)
            return Failed(UNEXPECTED, transient=False, trace=trace_of(error))
