"""Saver: writes the results of all slots of a worker together, four times a second."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Self
from uuid import UUID

import structlog

from service.db.away import DATABASE_ERRORS, may_pass
from service.domain.chunks import ClaimedChunk, Fence
from service.domain.saves import EntrySave, FileSave, PreviewSave, Save
from service.domain.tasks import Failure
from service.storage.local import LocalStorage
from service.usecases.runs import RunActions
from worker.active import ActiveRuns, Stop
from worker.pulse import Loop, Pulse
from worker.work import Kept

log = structlog.get_logger()

INTERVAL_SECONDS = 0.25
PREVIEW_EVERY = 4
"""A preview goes with every fourth save at most."""
BACKLOG = 2000
"""Results that may wait before those who bring more have to wait too."""
PREVIEWED_TASKS = 256
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


class Saver:
    """Progress is what it has saved."""

    def __init__(
        self,
        runs: RunActions,
        storage: LocalStorage,
        worker_id: UUID,
        active: ActiveRuns,
        pulse: Pulse,
    ) -> None:
        self._runs = runs
        self._storage = storage
        self._worker_id = worker_id
        self._active = active
        self._pulse = pulse
        self._pending: list[Save] = []
        self._thumbnails: list[tuple[str, bytes]] = []
        self._previews: OrderedDict[UUID, dict[str, Any]] = OrderedDict()
        self._news: dict[UUID, Fence] = {}
        self._flushing = asyncio.Lock()
        self._flushes = 0

    async def run(self) -> None:
        """Saves what has come, for ever."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            self._pulse.beat(Loop.SAVER)
            if self._pending or self._news:
                await self.flush()

    async def keep(self, chunk: ClaimedChunk, kept: Kept) -> None:
        """Takes what came of a unit; waits while too much is unsaved."""
        if kept.thumbnail:
            self._thumbnails.append(kept.thumbnail)
        if kept.count:
            self._count(chunk, kept.count)
        await self.add([kept.save])

    async def add(self, saves: Sequence[Save]) -> None:
        """Takes rows; waits while too much is unsaved."""
        self._pending.extend(saves)
        if len(self._pending) >= BACKLOG:
            await self.flush()

    async def flush(self) -> None:
        """Saves everything that has come until now; waits out a database that is away."""
        async with self._flushing:
            self._flushes += 1
            self._take_previews()
            batch, self._pending = self._pending, []
            try:
                while batch:
                    await self._put_thumbnails()
                    batch = await self._saved(batch)
            finally:
                self._pending = batch + self._pending

    async def _saved(self, batch: list[Save]) -> list[Save]:
        """What of it is still to be saved: all, if the database was away."""
        self._pulse.beat(Loop.SAVER)
        try:
            await self._save(batch)
        except DATABASE_ERRORS as error:
            if not may_pass(error):
                return await self._saved_one_by_one(batch, error)
            log.warning("save.failed", saves=len(batch), error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
            return batch
        return []

    async def _saved_one_by_one(self, batch: list[Save], error: Exception) -> list[Save]:
        """The run whose rows the database will never take fails; the others' are saved."""
        fences = list(dict.fromkeys(save.fence for save in batch))
        if len(fences) == 1:
            log.error("run.rejected", chunk=fences[0].chunk_id, exc_info=error)
            self._active.end(fences[0], NotSaved.because(error).failure)
            return []
        left: list[Save] = []
        for fence in fences:
            left += await self._saved([save for save in batch if save.fence == fence])
        return left

    async def _save(self, batch: list[Save]) -> None:
        batch = await self._adopted(batch)
        saved = await self._runs.save(self._worker_id, batch)
        for fence in saved.refused:
            self._active.end(fence, Stop.LOST)

    def discard(self, fence: Fence) -> None:
        """Forgets what a run has brought and is not saved: it is no longer its to save."""
        self._pending = [save for save in self._pending if save.fence != fence]
        self._news = {task: told for task, told in self._news.items() if told != fence}

    async def _adopted(self, batch: list[Save]) -> list[Save]:
        """The batch, once its files are blobs; without those whose run has ended and removed them.

        Blobs are reserved before they are stored, and stored before items point to them.
        """
        files = {
            save.incoming: save.item
            for save in batch
            if isinstance(save, FileSave | EntrySave) and save.item and save.incoming
        }
        if not files:
            return batch
        await self._runs.reserve(list(files.values()))
        named = [(path, item.sha256.hex()) for path, item in files.items()]
        gone = await asyncio.to_thread(self._storage.adopt, named)
        return [
            save
            for save in batch
            if not (isinstance(save, FileSave | EntrySave) and save.incoming in gone)
        ]

    async def _put_thumbnails(self) -> None:
        """Before the features that promise them."""
        thumbnails, self._thumbnails = self._thumbnails, []
        if thumbnails:
            await asyncio.to_thread(self._write_thumbnails, thumbnails)

    def _write_thumbnails(self, thumbnails: Sequence[tuple[str, bytes]]) -> None:
        for sha256, data in thumbnails:
            try:
                self._storage.put_thumbnail(sha256, data)
            except OSError as error:  # it can be made again; the features are worth more
                log.warning("thumbnail.not_stored", sha256=sha256, error=str(error))

    def _count(self, chunk: ClaimedChunk, count: Callable[[dict[str, Any]], None]) -> None:
        count(self._previews.setdefault(chunk.task_id, {}))
        self._previews.move_to_end(chunk.task_id)
        if len(self._previews) > PREVIEWED_TASKS:
            self._previews.popitem(last=False)
        self._news[chunk.task_id] = chunk.fence

    def _take_previews(self) -> None:
        if self._flushes % PREVIEW_EVERY:
            return
        news, self._news = self._news, {}
        self._pending.extend(
            PreviewSave(fence, self._previews[task_id])
            for task_id, fence in news.items()
            if task_id in self._previews
        )
