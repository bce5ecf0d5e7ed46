"""Reads what a task says of its items, page by page in short statements, for exports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from service.db.engine import Database
from service.domain.features import Extractor

SUBJECTS = """
SELECT d.id, d.name, t.type, t.type_version,
       CASE d.id WHEN t.dataset_id THEN t.dataset_version ELSE t.target_version END AS version
FROM tasks t JOIN datasets d ON d.id IN (t.dataset_id, t.target_id)
WHERE t.id = $1 ORDER BY d.id <> t.dataset_id
"""

KINDS = """
WITH RECURSIVE kinds AS (
    (SELECT kind, data FROM task_items WHERE task_id = $1 ORDER BY kind, score, item_id LIMIT 1)
    UNION ALL
    SELECT next.kind, next.data FROM kinds CROSS JOIN LATERAL (
        SELECT kind, data FROM task_items WHERE task_id = $1 AND kind > kinds.kind
        ORDER BY kind, score, item_id LIMIT 1) next
)
SELECT kind, data FROM kinds
"""
"""The kinds of a task and the worst of each, an index probe a kind."""

ITEMS = """
SELECT i.id, i.path, i.label, i.split, i."group", b.sha256, b.size_bytes,
       f.numbers, f.reason_code, f.reason_detail
FROM items i JOIN blobs b ON b.id = i.blob_id
LEFT JOIN features f ON f.blob_id = b.id AND f.extractor = $5 AND f.version = $6
                    AND f.state <> 'claimed'
WHERE i.dataset_id = $1 AND i.added_in <= $2 AND (i.removed_in IS NULL OR i.removed_in > $2)
  AND i.id > $3
ORDER BY i.id LIMIT $4
"""

SAID = """
SELECT item_id, kind, score, data FROM task_items
WHERE task_id = $1 AND kind = ANY($2::text[]) AND item_id BETWEEN $3 AND $4
"""


@dataclass(frozen=True)
class Subject:
    """A frozen dataset that a task is about."""

    id: UUID
    name: str
    version: int
    task_type: str
    task_type_version: int


class Exports:
    """Items and what a task says of them, in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def subjects(self, task_id: UUID) -> list[Subject]:
        """The dataset of a task, then its target."""
        rows = await self._pool.fetch(SUBJECTS, task_id)
        return [
            Subject(row["id"], row["name"], row["version"], row["type"], row["type_version"])
            for row in rows
        ]

    async def kinds(self, task_id: UUID) -> dict[str, Mapping[str, Any]]:
        """What kinds of things a task says, each with an example of its data."""
        rows = await self._pool.fetch(KINDS, task_id)
        return {row["kind"]: row["data"] or {} for row in rows}

    async def items(
        self, subject: Subject, extractor: Extractor | None, *, after: int, limit: int
    ) -> list[asyncpg.Record]:
        """Items of a subject by id, with their features where the extractor has made any."""
        made_by = (None, None) if extractor is None else (extractor.name, extractor.version)
        return await self._pool.fetch(ITEMS, subject.id, subject.version, after, limit, *made_by)

    async def said(
        self, task_id: UUID, kinds: Sequence[str], first_id: int, last_id: int
    ) -> list[asyncpg.Record]:
        """What a task says of the items of a range of ids."""
        return await self._pool.fetch(SAID, task_id, kinds, first_id, last_id)
