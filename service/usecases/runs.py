"""What workers may do: claim, renew, save and end runs; what follows leaves after the commit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.catalog.entry import Catalogue
from service.db.blobs import Blobs
from service.db.chunks import Chunks, Claim, Finished, Lease
from service.db.planning import Planning
from service.db.saves import Saves
from service.db.tasks import Tasks
from service.domain.chunks import ClaimedChunk
from service.domain.datasets import NewItem
from service.domain.saves import Save, Saved
from service.domain.snapshots import snapshot
from service.domain.tasks import Failure
from service.messaging.snapshots import Snapshots
from service.messaging.tickets import Tickets


@dataclass(frozen=True)
class RunActions:
    """The only way in which workers change tasks; every write is fenced."""

    blobs: Blobs
    chunks: Chunks
    planning: Planning
    saves: Saves
    tasks: Tasks
    tickets: Tickets
    snapshots: Snapshots
    catalogue: Catalogue

    async def claim(self, worker_id: UUID, limit: int) -> list[Claim]:
        """The best claimable chunks."""
        return await self.chunks.claim(worker_id, limit)

    async def renew(self, worker_id: UUID) -> list[Lease]:
        return await self.chunks.renew(worker_id)

    async def rescue(self) -> int:
        """Gives chunks of silent workers to others; how many."""
        return await self._released(await self.chunks.rescue(), "its worker fell silent")

    async def release_worker(self, worker_id: UUID) -> int:
        """Gives the chunks of a worker that is dead to others at once; how many."""
        return await self._released(await self.chunks.release_worker(worker_id), "its worker died")

    async def reserve(self, new: Sequence[NewItem]) -> None:
        """Keeps the blobs of items that are to be saved from being collected."""
        await self.blobs.reserve(new)

    async def save(self, worker_id: UUID, batch: Sequence[Save]) -> Saved:
        """Writes a batch and tells everybody how far its tasks are now."""
        saved = await self.saves.save(worker_id, batch)
        await self.tell(saved.tasks)
        return saved

    async def plan(self, chunk: ClaimedChunk) -> Finished | None:
        """Cuts the chunk's stage into chunks."""
        spec = self.catalogue.entry(chunk.task_type).stage(chunk.stage)
        return await self._ended(chunk, await self.planning.plan(chunk, spec))

    async def finish(
        self, chunk: ClaimedChunk, result: Mapping[str, Any] | None
    ) -> Finished | None:
        """Ends a chunk; None where the run is superseded."""
        return await self._ended(chunk, await self.chunks.finish(chunk.fence, result))

    async def stop(self, chunk: ClaimedChunk) -> None:
        """Ends a run of a task that is being cancelled."""
        if await self.chunks.stop(chunk.fence) == "cancelled":
            await self.log(chunk, "info", "cancelled")
        await self.tell([chunk.task_id])

    async def fail(self, chunk: ClaimedChunk, failure: Failure) -> None:
        """Ends a chunk and its task for good."""
        await self.chunks.fail(chunk.fence, failure)
        await self.tell([chunk.task_id])

    async def hand_back(
        self, chunk: ClaimedChunk, *, after_seconds: float, charged: bool = False
    ) -> None:
        """Lets the chunk be claimed again, now or later."""
        await self.chunks.hand_back(chunk.fence, after_seconds=after_seconds, charged=charged)
        if not after_seconds:
            await self.tickets.ring(1)

    async def log(self, chunk: ClaimedChunk, level: str, message: str) -> None:
        """Adds a line to the task's log."""
        await self.tasks.append_log(chunk.task_id, stage=chunk.stage, level=level, message=message)

    async def tell(self, task_ids: Iterable[UUID]) -> None:
        """Publishes the snapshots of tasks that have moved."""
        if ids := list(task_ids):
            told = {task.id: snapshot(task) for task in await self.tasks.read(ids)}
            await self.snapshots.publish(told)

    async def _ended(self, chunk: ClaimedChunk, finished: Finished | None) -> Finished | None:
        if finished is not None:
            if finished.opened:
                await self.tickets.ring(finished.opened)
            await self.tell([chunk.task_id])
        return finished

    async def _released(self, task_ids: Sequence[UUID], why: str) -> int:
        for task_id in dict.fromkeys(task_ids):
            await self.tasks.append_log(
                task_id, stage=None, level="warning", message=f"a chunk is given to another: {why}"
            )
        if task_ids:
            await self.tickets.ring(len(task_ids))
        return len(task_ids)
