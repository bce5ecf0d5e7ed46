"""Frozen items: exports which items of a dataset's version count, for stages that compare them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from service.db.engine import Database

MOST_LABELS = 1000
"""What is rarer than the most frequent is one label more."""

FROZEN = """
FROM items i WHERE i.dataset_id = $1 AND i.added_in <= $2
  AND (i.removed_in IS NULL OR i.removed_in > $2) AND ($3::text IS NULL OR i.split = $3)
"""

LABELS = f"""
SELECT i.label, count(*) {FROZEN} AND i.label IS NOT NULL
GROUP BY i.label ORDER BY count(*) DESC, i.label LIMIT {MOST_LABELS}
"""

EXPORT = f"""
SELECT i.id, i.blob_id, CASE WHEN i.label IS NULL THEN 0
    ELSE COALESCE(array_position($4::text[], i.label), cardinality($4::text[]) + 1)
    END::bigint {FROZEN} ORDER BY i.id
"""


@dataclass(frozen=True)
class Part:
    """The items of a dataset's version, or those of one split."""

    dataset_id: UUID
    version: int
    split: str | None


class FrozenItems:
    """Items of frozen versions in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool
        self._exports = database.exports

    async def labels(self, part: Part) -> list[str]:
        """The most frequent labels, most frequent first."""
        rows = await self._pool.fetch(LABELS, part.dataset_id, part.version, part.split)
        return [row["label"] for row in rows]

    async def export(self, path: Path, part: Part, labels: Sequence[str]) -> None:
        """Writes (item id, blob id, number of its label from 1, or 0) by id, as a binary COPY file.

        Labels that are not among those given have the number after the last.
        """
        async with self._exports, self._pool.acquire() as connection:
            await connection.copy_from_query(
                EXPORT,
                part.dataset_id,
                part.version,
                part.split,
                list(labels),
                output=path,
                format="binary",
                timeout=600,
            )
