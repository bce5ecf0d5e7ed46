"""What workers may do: claim, renew, save and end runs; what follows leaves after the commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.catalog.entry import Catalogue
from service.db.blobs import Blobs
from service.db.chunks import Chunks, Claim
from service.db.finishing import Finished, Finishing, SoloEnd
from service.db.leases import Lease, Leases
from service.db.planning import Planning
from service.db.publishing import Publishing
from service.db.saves import Saves
from service.db.setting_aside import SettingAside
from service.db.workers import Workers
from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.domain.datasets import NewItem
from service.domain.saves import Save, Saved
from service.domain.tasks import Failure
from service.domain.workers import Worker
from service.usecases.grouping import Grouping
from service.usecases.telling import Telling

ELSEWHERE_SECONDS = 0.5
"""How long a chunk is handed back for when other runs hold some of its keys."""


@dataclass(frozen=True)
class RunActions:
    """The only way in which workers change tasks; every write is fenced."""

    blobs: Blobs
    chunks: Chunks
    leases: Leases
    planning: Planning
    saves: Saves
    setting_aside: SettingAside
    finishing: Finishing
    publishing: Publishing
    solo_ends: Grouping[SoloEnd, Finished | None]
    telling: Telling
    catalogue: Catalogue
    workers: Workers

    async def claim(self, worker_id: UUID, limit: int) -> list[Claim]:
        """The best claimable chunks."""
        return await self.chunks.claim(worker_id, limit)

    async def renew(self, worker_id: UUID, held: Sequence[Fence]) -> Sequence[Lease]:
        """Which of these runs are still this worker's; what else it has goes to others."""
        renewed = await self.leases.renew(worker_id, held)
        if renewed.dropped:
            self.telling.ring(renewed.dropped)
        return renewed.leases

    async def seen(self, worker: Worker) -> None:
        """Says that a worker is alive, and what it can do."""
        await self.workers.seen(worker)

    async def gone(self, worker_id: UUID) -> None:
        """Says that a worker has ended, whose slots are no more."""
        await self.workers.forget(worker_id)

    async def rescue(self) -> int:
        """Gives chunks of silent workers to others; how many."""
        return await self._released(await self.leases.rescue())

    async def release_worker(self, worker_id: UUID, *, charged: bool = True) -> int:
        """Gives the chunks of a worker that is dead to others at once; how many."""
        await self.workers.forget(worker_id)
        return await self._released(await self.leases.release_worker(worker_id, charged=charged))

    async def reserve(self, new: Sequence[NewItem]) -> None:
        """Keeps the blobs of items that are to be saved from being collected."""
        await self.blobs.reserve(new)

    async def save(self, worker_id: UUID, batch: Sequence[Save]) -> Saved:
        """Writes a batch and tells everybody how far its tasks are now."""
        saved = await self.saves.save(worker_id, batch)
        self.tell(saved.tasks)
        return saved

    async def plan(self, chunk: ClaimedChunk) -> Finished | None:
        """Cuts the chunk's stage into chunks."""
        spec = self.catalogue.entry(chunk.task_type).stage(chunk.stage)
        return await self._ended(chunk, await self.planning.plan(chunk, spec))

    async def finish(
        self, chunk: ClaimedChunk, result: Mapping[str, Any] | None
    ) -> Finished | None:
        """Ends a chunk; None where the run is superseded or has left a key out."""
        entry = self.catalogue.entry(chunk.task_type)
        spec = entry.stage(chunk.stage)
        finished = None
        if entry.makes_embeddings and spec is entry.stages[-1]:
            finished = await self.publishing.finish(chunk, spec, result, entry.extractor)
            return await self._ended(chunk, finished)
        if spec.over is None:
            finished = await self.solo_ends.ask(SoloEnd(chunk.fence, result))
        if finished is None:
            finished = await self.finishing.finish(chunk, spec, result, extractor=entry.extractor)
        return await self._ended(chunk, finished)

    async def stop(self, chunk: ClaimedChunk) -> None:
        """Ends a run of a task that is being cancelled."""
        await self.chunks.stop(chunk.fence)
        self.tell([chunk.task_id])

    async def fail(self, chunk: ClaimedChunk, failure: Failure, trace: str | None = None) -> None:
        """Gives a chunk up: the rest of a range is set aside, a stage of one chunk fails its task.

        What other runs are at in the range is read again once they are done.
        """
        spec = self.catalogue.entry(chunk.task_type).stage(chunk.stage)
        if spec.over is None or chunk.kind is ChunkKind.PLAN:
            await self.chunks.fail(chunk.fence, failure, trace)
            self.tell([chunk.task_id])
            return
        finished = await self.setting_aside.give_up(chunk, spec, failure, trace)
        if await self._ended(chunk, finished) is None:
            await self.hand_back(chunk, after_seconds=ELSEWHERE_SECONDS)

    async def hand_back(
        self,
        chunk: ClaimedChunk,
        *,
        after_seconds: float,
        charged: bool = False,
        why: str | None = None,
    ) -> int | None:
        """Lets the chunk be claimed again, now or later; its attempts, None if superseded.

        ``why`` becomes a line of the task's log.
        """
        attempts = await self.chunks.hand_back(
            chunk, after_seconds=after_seconds, charged=charged, why=why
        )
        if not after_seconds:
            self.telling.ring(1)
        if why is not None:
            self.tell([chunk.task_id])
        return attempts

    async def warn(self, chunk: ClaimedChunk, line: str) -> None:
        """Writes a line into the log of the task, while its run goes on."""
        await self.chunks.warn(chunk, line)
        self.tell([chunk.task_id])

    def tell(self, task_ids: Iterable[UUID]) -> None:
        """Publishes the snapshots of tasks that have moved, soon."""
        self.telling.moved(task_ids)

    async def _ended(self, chunk: ClaimedChunk, finished: Finished | None) -> Finished | None:
        if finished is not None:
            if finished.opened:
                self.telling.ring(finished.opened)
            self.tell([chunk.task_id])
        return finished

    async def _released(self, task_ids: Sequence[UUID]) -> int:
        if task_ids:
            self.telling.ring(len(task_ids))
        return len(task_ids)
