"""Saver: writes the results of all slots of a worker together, four times a second."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

import structlog

from service.db.away import DATABASE_ERRORS, may_pass
from service.domain.chunks import ClaimedChunk, Failed, Fence
from service.domain.saves import Save
from service.domain.tasks import Failure
from service.storage.local import LocalStorage
from service.usecases.runs import RunActions
from worker.active import ActiveRuns, Stop
from worker.previewing import Previewing
from worker.pulse import Loop, Pulse
from worker.storing import Storing, Thumbnail
from worker.work import Kept

log = structlog.get_logger()

INTERVAL_SECONDS = 0.25
FULL_BATCH = 1000
"""Results that may wait before those who bring more have to wait too."""
RETRY_SECONDS = 0.5
SAID_CHARACTERS = 300


class NotSaved(Exception):
    """The database has answered, and will never take it."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure

    @classmethod
    def because(cls, error: BaseException) -> Self:
        said = str(error).replace("\0", "").encode("utf-8", "replace").decode()[:SAID_CHARACTERS]
        return cls(Failure("not_saved", f"the database does not take what it made: {said}"))


@dataclass
class Batch:
    """What is saved together."""

    saves: list[Save] = field(default_factory=list[Save])
    thumbnails: list[Thumbnail] = field(default_factory=list[Thumbnail])
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    saved: asyncio.Event = field(default_factory=asyncio.Event)


class Saver:
    """Progress is what it has saved.

    A batch passes two steps, files into storage and then rows into the database; while one batch
    is at the second, the next may be at the first. They never overtake each other.
    """

    def __init__(
        self,
        runs: RunActions,
        storage: LocalStorage,
        worker_id: UUID,
        active: ActiveRuns,
        pulse: Pulse,
    ) -> None:
        self._runs = runs
        self._storing = Storing(runs, storage, active)
        self._previewing = Previewing()
        self._worker_id = worker_id
        self._active = active
        self._pulse = pulse
        self._batch = Batch()
        self._due = asyncio.Event()
        self._stored: asyncio.Queue[Batch] = asyncio.Queue(1)
        self._unsaved = 0

    async def run(self) -> None:
        """Saves what has come, for ever; waits out a database that is away."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._store_for_ever())
            both.create_task(self._save_for_ever())

    async def keep(self, chunk: ClaimedChunk, kept: Kept) -> None:
        """Takes what came of a unit; waits while too much is unsaved."""
        if kept.thumbnail:
            self._batch.thumbnails.append(kept.thumbnail)
        if kept.count:
            self._previewing.count(chunk, kept.count)
        await self.add([kept.save])

    async def add(self, saves: Sequence[Save]) -> None:
        """Takes rows; waits while too much is unsaved."""
        batch = self._batch
        batch.saves.extend(saves)
        if len(batch.saves) >= FULL_BATCH:
            self._due.set()
            await batch.taken.wait()

    async def flush(self) -> None:
        """Returns once everything is saved that has come until now."""
        batch = self._batch
        if batch.saves or self._unsaved:
            self._due.set()
            await batch.saved.wait()

    def discard(self, fence: Fence) -> None:
        """Forgets what a run has brought and is not saved: it is no longer its to save."""
        self._batch.saves = [save for save in self._batch.saves if save.fence != fence]
        self._previewing.discard(fence)

    async def _store_for_ever(self) -> None:
        while True:
            flushed = await self._rest()
            if not self._unsaved:
                self._pulse.beat(Loop.SAVER)
            batch = self._take()
            if flushed or batch.saves:
                self._unsaved += 1
                await self._storing.put_thumbnails(batch.thumbnails)
                batch.saves = await self._insist(self._storing.put_files, batch.saves)
                await self._stored.put(batch)

    async def _save_for_ever(self) -> None:
        while True:
            batch = await self._stored.get()
            await self._insist(self._save, batch.saves)
            self._unsaved -= 1
            batch.saved.set()

    async def _rest(self) -> bool:
        """Until somebody waits for the batch, or it is time; whether somebody does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(INTERVAL_SECONDS):
                await self._due.wait()
        flushed = self._due.is_set()
        self._due.clear()
        return flushed

    def _take(self) -> Batch:
        batch, self._batch = self._batch, Batch()
        batch.saves += self._previewing.take()
        batch.taken.set()
        return batch

    async def _save(self, saves: list[Save]) -> list[Save]:
        saved = await self._runs.save(self._worker_id, saves)
        for fence in saved.refused:
            self._active.end(fence, Stop.LOST)
        return saves

    async def _insist(
        self, write: Callable[[list[Save]], Awaitable[list[Save]]], saves: list[Save]
    ) -> list[Save]:
        """What was written, as soon as the database answers."""
        while saves:
            self._pulse.beat(Loop.SAVER)
            try:
                return await write(saves)
            except DATABASE_ERRORS as error:
                if not may_pass(error):
                    return await self._insist_one_by_one(write, saves, error)
                log.warning("save.failed", saves=len(saves), error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)
        return saves

    async def _insist_one_by_one(
        self,
        write: Callable[[list[Save]], Awaitable[list[Save]]],
        saves: list[Save],
        error: Exception,
    ) -> list[Save]:
        """The run whose rows the database will never take fails; the others' are written."""
        fences = list(dict.fromkeys(save.fence for save in saves))
        if len(fences) == 1:
            log.error("run.rejected", chunk=fences[0].chunk_id, exc_info=error)
            self._active.end(fences[0], Failed(NotSaved.because(error).failure, transient=False))
            return []
        written: list[Save] = []
        for fence in fences:
            written += await self._insist(write, [save for save in saves if save.fence == fence])
        return written
