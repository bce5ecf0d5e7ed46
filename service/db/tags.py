"""Marks items with tags; a tag is there as long as an item has it, and no version rises for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.db.chosen_items import CHOSEN
from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.db.items import LOCK

NAMED = """
INSERT INTO tags (dataset_id, name) SELECT $1, name FROM unnest($2::text[]) AS told (name)
ON CONFLICT DO NOTHING
"""

COUNT = "SELECT count(*) FROM tags WHERE dataset_id = $1"

ADD = """
INSERT INTO item_tags (tag_id, item_id)
SELECT t.id, item_id FROM tags t CROSS JOIN unnest($3::bigint[]) AS told (item_id)
WHERE t.dataset_id = $1 AND t.name = ANY($2::text[])
ON CONFLICT DO NOTHING
"""

REMOVE = """
DELETE FROM item_tags WHERE item_id = ANY($3::bigint[])
  AND tag_id IN (SELECT id FROM tags WHERE dataset_id = $1 AND name = ANY($2::text[]))
"""

FORGET = """
DELETE FROM tags t WHERE dataset_id = $1 AND NOT EXISTS (
    SELECT FROM item_tags o JOIN items i ON i.id = o.item_id
    WHERE o.tag_id = t.id AND i.removed_in IS NULL)
"""


class TooMany(Exception):
    """The dataset would have more tags than may be; nothing was changed."""


class Tags:
    """Tags in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def change(
        self,
        dataset_id: UUID,
        item_ids: Sequence[int],
        *,
        add: Sequence[str],
        remove: Sequence[str],
        most: int,
    ) -> int | None:
        """Adds and removes tags, all or nothing; of how many items, None where there is no dataset.

        Changes of one dataset follow each other. Raises TooMany.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(LOCK, dataset_id) is None:
                return None
            rows = await connection.fetch(CHOSEN, dataset_id, item_ids, timeout=LONG_SECONDS)
            found = [row["id"] for row in rows]
            await connection.execute(REMOVE, dataset_id, remove, found, timeout=LONG_SECONDS)
            await self._add(connection, dataset_id, add, found)
            await connection.execute(FORGET, dataset_id, timeout=LONG_SECONDS)
            if await connection.fetchval(COUNT, dataset_id) > most:
                raise TooMany
            return len(found)

    async def _add(
        self, connection: Any, dataset_id: UUID, add: Sequence[str], found: Sequence[int]
    ) -> None:
        await connection.execute(NAMED, dataset_id, add)
        await connection.execute(ADD, dataset_id, add, found, timeout=LONG_SECONDS)
