"""Removal: deletes datasets at once, and later everything that nobody needs any more."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from service.db.blobs import Blobs
from service.db.datasets import Datasets
from service.db.embeddings import EmbeddingSets
from service.db.removed import Removed
from service.db.uploads import Uploads
from service.db.workers import Workers
from service.domain.users import User
from service.storage.local import LocalStorage
from service.usecases.datasets import DatasetActions
from service.usecases.tasks import TaskActions

BATCH = 1000

log = structlog.get_logger()


class Removal:
    """Deletes, and tidies up."""

    def __init__(
        self,
        actions: DatasetActions,
        tasks: TaskActions,
        datasets: Datasets,
        removed: Removed,
        blobs: Blobs,
        uploads: Uploads,
        embeddings: EmbeddingSets,
        workers: Workers,
        storage: LocalStorage,
    ) -> None:
        self._actions = actions
        self._tasks = tasks
        self._datasets = datasets
        self._removed = removed
        self._blobs = blobs
        self._uploads = uploads
        self._embeddings = embeddings
        self._workers = workers
        self._storage = storage

    async def delete(self, user: User, dataset_id: UUID) -> None:
        """Hides a dataset and cancels what runs on it."""
        await self._actions.own(user, dataset_id)
        await self._datasets.delete(dataset_id)
        await self._tasks.cancel_on(dataset_id)

    async def sweep(self) -> None:
        """Removes what interrupted uploads and killed workers have left; for every minute."""
        left = await asyncio.to_thread(self._storage.sweep)
        await self._workers.forget_silent()
        for id_ in await self._uploads.ended():
            await asyncio.to_thread(self._storage.remove_upload, str(id_))
            await self._uploads.remove(id_)
        await self._embeddings.forget()
        await self._tasks.forget_keys()
        if left:
            log.info("incoming.swept", left=left)

    async def collect(self, grace: timedelta | None) -> int:
        """Removes items and blobs that nobody needs any more; how many blobs. For every hour.

        Bytes of an item that was removed are needed while a task on a version that had it runs or
        may be retried, and for the time of grace after that; without one for ever.
        """
        for dataset_id in await self._removed.busy_datasets():
            await self._tasks.cancel_on(dataset_id)
        if grace is None:
            return 0
        while await self._removed.forget_items(grace.total_seconds(), limit=BATCH):
            pass
        await self._blobs.mark_orphans()
        blobs = 0
        while collected := await self._blobs.collect(
            grace_seconds=grace.total_seconds(), limit=BATCH, remove=self._remove
        ):
            blobs += collected
        if blobs:
            log.info("blobs.collected", blobs=blobs)
        return blobs

    async def _remove(self, hashes: Sequence[str]) -> None:
        await asyncio.to_thread(lambda: [self._storage.remove_blob(sha256) for sha256 in hashes])
