"""Hub: one subscription of a web process feeds all of its streams; each keeps only the newest."""

import asyncio
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from service.messaging.snapshots import Snapshots
from service.usecases.tasks import TaskActions

log = structlog.get_logger()

Snapshot = Mapping[str, Any]
AWAY_SECONDS = 1.0
RECONCILE_SECONDS = 5.0
"""How often the database is asked about watched tasks anyway; every second while Redis is away."""


class Watch:
    """The newest snapshot of one task, for one stream."""

    def __init__(self) -> None:
        self._newest: Snapshot | None = None
        self._news = asyncio.Event()

    def tell(self, snapshot: Snapshot) -> None:
        """Replaces what nobody has fetched yet; an older one changes nothing."""
        if self._newest is None or snapshot["seq"] > self._newest["seq"]:
            self._newest = snapshot
            self._news.set()

    async def next(self) -> Snapshot:
        """Waits for one that is newer than those before."""
        await self._news.wait()
        self._news.clear()
        assert self._newest is not None  # noqa: S101 - news come with one
        return self._newest


class Hub:
    """Who watches what in this process."""

    def __init__(self, snapshots: Snapshots, tasks: TaskActions) -> None:
        self._snapshots = snapshots
        self._tasks = tasks
        self._watches: defaultdict[str, set[Watch]] = defaultdict(set)

    @contextmanager
    def watch(self, task_id: UUID) -> Generator[Watch]:
        """Hears of the task from now on."""
        watch = Watch()
        self._watches[str(task_id)].add(watch)
        try:
            yield watch
        finally:
            watches = self._watches[str(task_id)]
            watches.discard(watch)
            if not watches:
                del self._watches[str(task_id)]

    async def run(self) -> None:
        """Listens for ever; while Redis is away the database is asked instead."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("redis.away", error=repr(error))
                await self._reconcile()
                await asyncio.sleep(AWAY_SECONDS)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        asked = 0.0
        async for snapshot in self._snapshots.listen():
            if snapshot is not None:
                self._tell(snapshot)
            if loop.time() - asked > RECONCILE_SECONDS:
                asked = loop.time()
                await self._reconcile()

    def _tell(self, snapshot: Snapshot) -> None:
        for watch in self._watches.get(snapshot["id"], ()):
            watch.tell(snapshot)

    async def _reconcile(self) -> None:
        """Messages may be lost; the database knows."""
        if not self._watches:
            return
        try:
            found = await self._tasks.snapshots([UUID(id_) for id_ in self._watches])
        except Exception as error:
            log.warning("hub.not_reconciled", error=repr(error))
            return
        for snapshot in found:
            self._tell(snapshot)
