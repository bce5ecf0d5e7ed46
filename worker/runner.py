"""Runner: owns slots and leases; claims until nothing is claimable, and ends every run."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from service.clock import Clock
from service.db.chunks import Claim, Lease
from service.domain.chunks import (
    ClaimedChunk,
    Done,
    Failed,
    Fence,
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
from worker.active import ActiveRun, Stop
from worker.execution import Execution
from worker.saver import DATABASE_ERRORS, Saver
from worker.work import Analyses

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""How often PostgreSQL is asked anyway: lost tickets and an absent Redis cost this much."""
RETRY_SECONDS = 0.5


class Runner:
    """What the tickets wake."""

    def __init__(
        self,
        runtime: Runtime,
        analyses: Analyses,
        executor: Executor,
        worker_id: UUID,
        clock: Clock,
    ) -> None:
        self._runtime = runtime
        self._runs = runtime.runs
        self._worker_id = worker_id
        self._clock = clock
        self.slots = runtime.settings.worker_slots
        self._active: dict[int, ActiveRun] = {}
        self._wake = asyncio.Event()
        self._draining = False
        self._claiming = asyncio.Lock()
        self.saver = Saver(runtime.runs, runtime.storage, worker_id, self._refused)
        self.executor = executor
        self._execution = Execution(runtime, analyses, executor, self.saver)

    @property
    def free_slots(self) -> int:
        return self.slots - len(self._active)

    async def run(self) -> None:
        """Claims for ever: at every ring, whenever a slot is free again, and every second."""
        async with asyncio.TaskGroup() as runs:
            while True:
                self._wake.clear()
                if not await self._claim(runs):
                    await self._rest()

    def ring(self) -> None:
        """Somebody says that there is work."""
        self._wake.set()

    async def wait_for_slot(self) -> None:
        """Returns once a slot is free."""
        while self.free_slots <= 0:
            await next(iter(self._active.values())).concluded.wait()

    def keep_leases(self, leases: list[Lease], asked_at: float) -> None:
        """What the database says is still ours; what is not is killed, as is what is cancelled."""
        held = {(lease.chunk_id, lease.run): lease for lease in leases}
        for active in list(self._active.values()):
            lease = held.get((active.chunk.fence.chunk_id, active.chunk.fence.run))
            if lease is not None and lease.cancelling:
                active.end(Stop.CANCELLED)
            elif lease is None and active.claimed_at < asked_at:
                active.end(Stop.LOST)

    def lose_all(self) -> None:
        """Nothing was heard from the database for too long: somebody else may have our chunks."""
        for active in list(self._active.values()):
            active.end(Stop.LOST)

    async def drain(self) -> None:
        """Claims no more, lets what fits finish, and hands back the rest, uncharged."""
        self._draining = True
        waiting = [active.concluded.wait() for active in self._active.values()]
        if waiting:
            limit = self._runtime.settings.drain_seconds
            await asyncio.wait([asyncio.ensure_future(w) for w in waiting], timeout=limit)
        left = list(self._active.values())
        for active in left:
            active.end(Stop.DRAINING)
        for active in left:
            await active.concluded.wait()
        log.info("worker.drained", handed_back=len(left))

    async def _claim(self, runs: asyncio.TaskGroup) -> bool:
        """Starts what it gets; whether it is worth asking again at once."""
        if self._draining or self.free_slots <= 0:
            return False
        asked_at = self._clock.monotonic()
        try:
            claims = await self._runs.claim(self._worker_id, self.free_slots)
        except DATABASE_ERRORS as error:
            log.warning("claim.failed", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
            return False
        for claim in claims:
            active = ActiveRun(
                claim.chunk,
                claimed_at=max(asked_at, self._clock.monotonic()),
                folder=self._runtime.storage.incoming_folder(),
            )
            self._active[claim.chunk.fence.chunk_id] = active
            runs.create_task(self._work(active, claim))
        return bool(claims)

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
                    await self._persist(active, partial(self._begun, claim.chunk))
                outcome = await self._execution.supervise(active)
                await self._conclude(active, outcome)
            finally:
                self.saver.discard(claim.chunk.fence)
                if active.folder.used:
                    await asyncio.to_thread(active.folder.remove)
                del self._active[claim.chunk.fence.chunk_id]
                active.concluded.set()
                self._wake.set()

    async def _begun(self, chunk: ClaimedChunk) -> None:
        await self._runs.log(chunk, "info", "started")
        await self._runs.tell([chunk.task_id])

    async def _conclude(self, active: ActiveRun, outcome: Outcome) -> None:
        chunk = active.chunk
        match outcome:
            case Settled():
                pass
            case Lost():
                log.warning("run.lost")
            case Stopped():
                await self._persist(active, partial(self._runs.stop, chunk))
            case Done(result):
                await self._persist(active, self.saver.flush)
                await self._persist(active, partial(self._runs.finish, chunk, result))
            case HandedBack(after_seconds):
                await self._persist(active, self.saver.flush)
                back = partial(self._runs.hand_back, chunk, after_seconds=after_seconds)
                await self._persist(active, back)
            case Failed(failure, transient=True):
                await self._persist(active, self.saver.flush)
                await self._persist(active, partial(self._retry_later, chunk, failure))
            case Failed(failure):
                await self._persist(active, partial(self._fail, chunk, failure))

    async def _retry_later(self, chunk: ClaimedChunk, failure: Failure) -> None:
        await self._runs.log(chunk, "warning", f"will be tried again: {failure.detail}")
        delay = backoff_seconds(chunk.attempts + 1, random.random())  # noqa: S311 - jitter
        await self._runs.hand_back(chunk, after_seconds=delay, charged=True)

    async def _fail(self, chunk: ClaimedChunk, failure: Failure) -> None:
        await self._runs.log(chunk, "error", failure.detail)
        await self._runs.fail(chunk, failure)

    async def _persist(self, active: ActiveRun, write: Callable[[], Awaitable[Any]]) -> None:
        """Writes as soon as the database answers, unless the lease is lost meanwhile."""
        while active.stop is not Stop.LOST:
            try:
                await write()
            except DATABASE_ERRORS as error:
                log.warning("write.failed", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    def _refused(self, fence: Fence) -> None:
        active = self._active.get(fence.chunk_id)
        if active is not None and active.chunk.fence == fence:
            active.end(Stop.LOST)
