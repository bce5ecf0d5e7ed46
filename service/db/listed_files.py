"""Reads the files that an import found, and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service.db.engine import Database
from service.domain.chunks import ClaimedChunk

MAX_SKIPPED_SHOWN = 100

OPEN = """
SELECT l.key, l.path, l.source, coalesce(b.size_bytes, 0) AS old_bytes FROM listed_files l
LEFT JOIN LATERAL (
    SELECT blob_id FROM items WHERE dataset_id = $5 AND path = l.path AND removed_in IS NULL LIMIT 1
) i ON true LEFT JOIN blobs b ON b.id = i.blob_id
WHERE l.task_id = $1 AND l.key BETWEEN $2 AND $3 AND l.state = 'listed'
  AND NOT EXISTS (SELECT FROM set_aside a WHERE a.stage_id = $4 AND a.key = l.key)
ORDER BY l.key
"""


@dataclass(frozen=True)
class ListedFile:
    """A file that is still to be copied."""

    key: int
    path: str
    source: bytes
    """Its name below the folder, in its own bytes."""
    old_bytes: int
    """Of the item that is there under its path; 0 where there is none."""


class ListedFiles:
    """Listed files in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def open(self, chunk: ClaimedChunk) -> list[ListedFile]:
        """Those of the chunk's range that nothing has become of yet."""
        rows = await self._pool.fetch(
            OPEN,
            chunk.task_id,
            chunk.first_key,
            chunk.last_key,
            chunk.stage_id,
            chunk.dataset_id,
        )
        return [ListedFile(**row) for row in rows]

    async def counts(self, task_id: UUID) -> dict[str, int]:
        """How many files became what."""
        rows = await self._pool.fetch(
            "SELECT state, count(*) FROM listed_files WHERE task_id = $1 GROUP BY state", task_id
        )
        return {row["state"]: row["count"] for row in rows}

    async def skipped(self, task_id: UUID) -> Sequence[tuple[str, str, str]]:
        """(path, code, detail) of the first hundred that were left out."""
        rows = await self._pool.fetch(
            """SELECT path, reason_code, reason_detail FROM listed_files
            WHERE task_id = $1 AND state = 'skipped' ORDER BY key LIMIT $2""",
            task_id,
            MAX_SKIPPED_SHOWN,
        )
        return [(row["path"], row["reason_code"], row["reason_detail"]) for row in rows]

    async def next_key(self, task_id: UUID) -> int:
        """The first key that has not been written down."""
        key = await self._pool.fetchval(
            "SELECT max(key) FROM listed_files WHERE task_id = $1", task_id
        )
        return 0 if key is None else key + 1

    async def damage(self, task_id: UUID) -> str | None:
        """Why what was uploaded could not be read to its end."""
        return await self._pool.fetchval(
            """SELECT a.detail FROM set_aside a JOIN stages s ON s.id = a.stage_id
            WHERE s.task_id = $1 AND s.kind = 'solo' LIMIT 1""",
            task_id,
        )

    async def dataset_facts(self, dataset_id: UUID) -> tuple[int, int]:
        """(version, bytes) of the dataset now."""
        row = await self._pool.fetchrow(
            "SELECT version, size_bytes FROM datasets WHERE id = $1", dataset_id
        )
        return (row["version"], row["size_bytes"]) if row else (0, 0)
