"""Books: everything that PostgreSQL says of tasks, stages, chunks and keys at one moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from service.domain.stages import SOLO_TOTAL

OPEN = frozenset(("waiting", "held", "running"))
ACTIVE = frozenset(("pending", "in_progress"))


@dataclass(frozen=True)
class TaskRow:
    """A task."""

    id: UUID
    type: str
    scope: UUID
    fingerprint: bytes
    owner_id: UUID
    dataset_version: int | None
    priority: str
    start_tag: datetime
    status: str
    cancel_requested_at: datetime | None
    partial: bool
    set_aside: int
    attempts: int
    error: Mapping[str, Any] | None
    result: Mapping[str, Any] | None
    seq: int
    log_seq: int
    completed_at: datetime | None

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


@dataclass(frozen=True)
class StageRow:
    """A stage."""

    id: int
    task_id: UUID
    position: int
    name: str
    kind: str
    total: int | None
    done: int
    chunks_open: int
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(frozen=True)
class ChunkRow:
    """A chunk."""

    id: int
    task_id: UUID
    stage_id: int
    owner_id: UUID
    kind: str
    state: str
    first_key: int
    last_key: int
    size: int
    done: int
    start_tag: datetime
    held_until: datetime | None
    run: int
    token: UUID | None
    worker_id: UUID | None
    lease_until: datetime | None
    attempts: int

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def solo(self) -> bool:
        """Of a stage that counts its fraction, not keys."""
        return self.size == SOLO_TOTAL


@dataclass(frozen=True)
class Books:
    """What is true at one moment."""

    tasks: Mapping[UUID, TaskRow]
    stages: Mapping[int, StageRow]
    chunks: Mapping[int, ChunkRow]
    aside: frozenset[tuple[int, int]]
    """(stage, key) of what was set aside."""
    looked: frozenset[int]
    """Blobs whose features are there."""
    files: Mapping[tuple[UUID, int], str]
    """By task and key, what became of each listed file."""
    items: Mapping[int, int]
    """By blob, since which version it is in the dataset."""

    def stages_of(self, task_id: UUID) -> list[StageRow]:
        """In their order."""
        of_task = [stage for stage in self.stages.values() if stage.task_id == task_id]
        return sorted(of_task, key=lambda stage: stage.position)

    def chunks_of(self, stage_id: int) -> list[ChunkRow]:
        return [chunk for chunk in self.chunks.values() if chunk.stage_id == stage_id]

    def running(self, worker_id: UUID) -> set[int]:
        """The chunks that a worker has by now."""
        return {c.id for c in self.chunks.values() if c.worker_id == worker_id and c.token}

    def open_keys(self, stage: StageRow) -> Iterator[int]:
        """What of a map stage is neither saved nor set aside."""
        version = self.tasks[stage.task_id].dataset_version or 0
        if stage.name == "look":
            keys = (k for k, since in self.items.items() if since <= version)
            unsaved = (key for key in keys if key not in self.looked)
        else:
            files = self.files.items()
            unsaved = (k for (t, k), state in files if t == stage.task_id and state == "listed")
        return (key for key in unsaved if (stage.id, key) not in self.aside)


async def read_books(pool: asyncpg.Pool) -> Books:
    """All of it; nobody writes meanwhile."""
    async with pool.acquire() as connection:
        return Books(
            {row["id"]: TaskRow(**row) for row in await _all(connection, "tasks", TaskRow)},
            {row["id"]: StageRow(**row) for row in await _all(connection, "stages", StageRow)},
            {row["id"]: ChunkRow(**row) for row in await _all(connection, "chunks", ChunkRow)},
            *await _keys(connection),
        )


async def _all(connection: Any, table: str, kind: type[Any]) -> list[asyncpg.Record]:
    columns = ", ".join(field.name for field in fields(kind))
    return await connection.fetch(f"SELECT {columns} FROM {table} ORDER BY id")


async def _keys(connection: Any) -> tuple[Any, ...]:
    rows = await connection.fetch(
        """SELECT 'aside' AS of, NULL::uuid AS task, stage_id AS of_id, key, '' AS state
        FROM set_aside
        UNION ALL SELECT 'looked', NULL, 0, blob_id, state FROM features WHERE state <> 'claimed'
        UNION ALL SELECT 'files', task_id, 0, key, state FROM listed_files
        UNION ALL SELECT 'items', NULL, added_in, blob_id, '' FROM items"""
    )
    return (
        frozenset((row["of_id"], row["key"]) for row in rows if row["of"] == "aside"),
        frozenset(row["key"] for row in rows if row["of"] == "looked"),
        {(row["task"], row["key"]): row["state"] for row in rows if row["of"] == "files"},
        {row["key"]: row["of_id"] for row in rows if row["of"] == "items"},
    )
