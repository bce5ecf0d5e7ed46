"""Telling: bells and snapshots, which leave after a commit; those of the same moment together."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import structlog

from service.db.away import DATABASE_ERRORS
from service.db.tasks import Tasks
from service.domain.snapshots import snapshot
from service.messaging.snapshots import Snapshots
from service.messaging.tickets import Tickets

log = structlog.get_logger()

PATIENCE_SECONDS = 5.0


class Telling:
    """Nobody waits for it; while some is told, what happens meanwhile gathers."""

    def __init__(self, tasks: Tasks, tickets: Tickets, snapshots: Snapshots) -> None:
        self._tasks = tasks
        self._tickets = tickets
        self._snapshots = snapshots
        self._chunks = 0
        self._moved: set[UUID] = set()
        self._known: dict[UUID, Mapping[str, Any]] = {}
        self._telling: asyncio.Task[None] | None = None

    def ring(self, chunks: int) -> None:
        """Tells workers that so many more chunks wait."""
        self._chunks += chunks
        self._begin()

    def moved(self, task_ids: Iterable[UUID]) -> None:
        """Tells watchers how far tasks are by then."""
        self._moved.update(task_ids)
        self._begin()

    def known(self, task_id: UUID, told: Mapping[str, Any]) -> None:
        """Tells watchers a snapshot that has just been read."""
        self._known[task_id] = told
        self._begin()

    async def told(self) -> None:
        """Returns once everything is told, or after some seconds: whoever waits asks anyway."""
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=PATIENCE_SECONDS)

    async def aclose(self) -> None:
        """Tells what is left, and gives up what cannot be told in time."""
        await self.told()
        if self._telling is not None and self._telling.cancel():
            await asyncio.wait({self._telling})

    def _begin(self) -> None:
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while self._chunks or self._moved or self._known:
            await asyncio.gather(self._ring(), self._tell())

    async def _ring(self) -> None:
        chunks, self._chunks = self._chunks, 0
        if chunks:
            await self._tickets.ring(chunks)

    async def _tell(self) -> None:
        known, self._known = self._known, {}
        moved, self._moved = list(self._moved), set()
        try:
            tasks = await self._tasks.read(moved) if moved else []
        except DATABASE_ERRORS as error:  # whoever watches asks the database in a moment
            log.warning("tasks.not_told", tasks=len(moved), error=repr(error))
            tasks = []
        if told := known | {task.id: snapshot(task) for task in tasks}:
            await self._snapshots.publish(told)
