"""Telling: publishes the snapshots of tasks that have moved, those of the same moment together."""

import asyncio
from collections.abc import Iterable
from uuid import UUID

import structlog

from service.db.away import DATABASE_ERRORS
from service.db.tasks import Tasks
from service.domain.snapshots import snapshot
from service.messaging.snapshots import Snapshots

log = structlog.get_logger()


class Telling:
    """Nobody waits for it; while some tasks are told, those that move meanwhile gather."""

    def __init__(self, tasks: Tasks, snapshots: Snapshots) -> None:
        self._tasks = tasks
        self._snapshots = snapshots
        self._moved: set[UUID] = set()
        self._telling: asyncio.Task[None] | None = None

    def tell(self, task_ids: Iterable[UUID]) -> None:
        """Tells how far tasks are, soon; to be called after the commit."""
        self._moved.update(task_ids)
        if self._moved and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell())

    async def told(self) -> None:
        """Returns once everything is told."""
        while self._telling is not None and not self._telling.done():
            await asyncio.wait({self._telling})

    async def _tell(self) -> None:
        while self._moved:
            moved, self._moved = list(self._moved), set()
            try:
                tasks = await self._tasks.read(moved)
            except DATABASE_ERRORS as error:  # whoever watches asks the database in a moment
                log.warning("tasks.not_told", tasks=len(moved), error=repr(error))
            else:
                await self._snapshots.publish({task.id: snapshot(task) for task in tasks})
