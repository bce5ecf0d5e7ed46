"""Runner: owns slots and leases; claims until nothing is claimable, and ends every run."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from service.db.away import DATABASE_ERRORS, may_pass
from service.db.chunks import Claim
from service.domain.chunks import (
    MAX_RETRIES,
    ClaimedChunk,
    Done,
    Failed,
    HandedBack,
    Lost,
    Outcome,
    Settled,
    Stopped,
    backoff_seconds,
)
from service.domain.tasks import Failure
from service.processes.executor import Executor
from service.runtime import Runtime
from worker.active import ActiveRun, ActiveRuns, Stop
from worker.execution import Execution
from worker.pulse import Loop, Pulse
from worker.saver import NotSaved, Saver
from worker.work import Analyses

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""How often PostgreSQL is asked anyway: lost tickets and an absent Redis cost this much."""
RETRY_SECONDS = 0.5
CLAIM_SECONDS = 3.0
"""How long a claim's answer is waited for; one that comes later is handed back by a heartbeat."""
LEFT_OUT = Failure("left_out", "some of its items were neither saved nor set aside")


class Runner:
    """What the tickets wake."""

    def __init__(
        self,
        runtime: Runtime,
        analyses: Analyses,
        executor: Executor,
        worker_id: UUID,
        pulse: Pulse,
    ) -> None:
        self._runtime = runtime
        self._runs = runtime.runs
        self._worker_id = worker_id
        self._pulse = pulse
        self._wake = asyncio.Event()
        self._draining = False
        self._claiming = asyncio.Lock()
        self.active = ActiveRuns(runtime.settings.worker_slots)
        self.saver = Saver(runtime.runs, runtime.storage, worker_id, self.active, pulse)
        self.executor = executor
        self._execution = Execution(runtime, analyses, executor, self.saver)

    async def run(self) -> None:
        """Claims for ever: at every ring, whenever a slot is free again, and every second."""
        async with asyncio.TaskGroup() as runs:
            while True:
                self._pulse.beat(Loop.RUNNER)
                self._wake.clear()
                if not await self._claim(runs):
                    await self._rest()

    def ring(self) -> None:
        """Somebody says that there is work."""
        self._wake.set()

    async def drain(self) -> None:
        """Claims no more, lets what fits finish, and hands back the rest, uncharged."""
        self._draining = True
        async with self._claiming:  # what a claim in flight brings is handed back at once
            waiting = [asyncio.ensure_future(run.concluded.wait()) for run in self.active]
        if waiting:
            await asyncio.wait(waiting, timeout=self._runtime.settings.drain_seconds)
        left = list(self.active)
        for run in left:
            run.end(Stop.DRAINING)
        for run in left:
            await run.concluded.wait()
        log.info("worker.drained", handed_back=len(left))

    async def _claim(self, runs: asyncio.TaskGroup) -> bool:
        """Starts what it gets; whether it is worth asking again at once."""
        async with self._claiming:
            claims = await self._claimed()
            for claim in claims:
                active = ActiveRun(claim.chunk, self._runtime.storage.incoming_folder())
                if self._draining:
                    active.end(Stop.DRAINING)
                self.active.add(active)
                runs.create_task(self._work(active, claim))
        return bool(claims)

    async def _claimed(self) -> Sequence[Claim]:
        if self._draining or self.active.free_slots <= 0:
            return ()
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                return await self._runs.claim(self._worker_id, self.active.free_slots)
        except DATABASE_ERRORS as error:
            log.warning("claim.failed", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
            return ()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _work(self, active: ActiveRun, claim: Claim) -> None:
        """The life of a run: do it, then tell the database how it ended, whatever happens."""
        with structlog.contextvars.bound_contextvars(
            task=str(claim.chunk.task_id), chunk=claim.chunk.fence.chunk_id
        ):
            try:
                if claim.began:
                    self._runs.tell([claim.chunk.task_id])
                outcome = await self._execution.supervise(active)
                self.active.conclude(active)
                self._wake.set()
                await self._conclude(active, outcome)
            finally:
                self.saver.discard(claim.chunk.fence)
                if active.folder.used:
                    await asyncio.to_thread(active.folder.remove)
                self.active.remove(active)
                self._wake.set()

    async def _conclude(self, active: ActiveRun, outcome: Outcome) -> None:
        """What was made is saved first; what the database will never take fails the run."""
        try:
            if isinstance(outcome, Done | HandedBack | Failed):
                await self.saver.flush()
            if isinstance(active.stop, Failed):
                outcome = active.killed()
            await self._end(active, outcome)
        except NotSaved as error:
            log.exception("run.not_saved")
            await self._end(active, Failed(error.failure, transient=False))

    async def _end(self, active: ActiveRun, outcome: Outcome) -> None:
        chunk = active.chunk
        match outcome:
            case Settled():
                pass
            case Lost():
                log.warning("run.lost")
            case Stopped():
                await self._persist(active, partial(self._runs.stop, chunk))
            case Done(result):
                await self._persist(active, partial(self._finish, chunk, result))
            case HandedBack(after_seconds, why):
                back = partial(self._runs.hand_back, chunk, after_seconds=after_seconds, why=why)
                await self._persist(active, back)
            case Failed(failure, transient=True) if chunk.attempts < MAX_RETRIES:
                await self._persist(active, partial(self._retry_later, chunk, failure))
            case Failed(failure, trace=trace):
                await self._persist(active, partial(self._runs.fail, chunk, failure, trace))

    async def _finish(self, chunk: ClaimedChunk, result: Mapping[str, Any] | None) -> None:
        if await self._runs.finish(chunk, result) is None:
            # superseded, which a hand-back respects, or it has left something out
            await self._retry_later(chunk, LEFT_OUT)

    async def _retry_later(self, chunk: ClaimedChunk, failure: Failure) -> None:
        delay = backoff_seconds(chunk.attempts + 1, random.random())  # noqa: S311 - jitter
        why = f"will be tried again in {delay:.1f} s: {failure.detail}"
        await self._runs.hand_back(chunk, after_seconds=delay, charged=True, why=why)

    async def _persist(self, active: ActiveRun, write: Callable[[], Awaitable[Any]]) -> None:
        """Writes as soon as the database answers, unless the lease is lost meanwhile."""
        while active.stop is not Stop.LOST:
            try:
                await write()
            except DATABASE_ERRORS as error:
                if not may_pass(error):
                    raise NotSaved.because(error) from error
                log.warning("write.failed", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return
