"""Makes datasets of chosen items of another; bytes, features and thumbnails are shared."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from service.db.chosen_items import CHOSEN
from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.db.items import OverQuota
from service.db.owned import WITH_DATASET

LOCK_USER = "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE"

CREATE = """
INSERT INTO datasets (id, owner_id, name, kind) SELECT $1, $2, $3, kind FROM datasets WHERE id = $4
"""

COPY = """
WITH copied AS (
    INSERT INTO items (dataset_id, blob_id, path, label, "group", split, added_in)
    SELECT $1, i.blob_id, i.path, i.label, i."group", i.split, 1
    FROM unnest($2::bigint[]) AS told (id) JOIN items i ON i.id = told.id ORDER BY i.path
    RETURNING blob_id
)
UPDATE datasets SET version = 1, items = told.items, size_bytes = told.size_bytes
FROM (SELECT count(*) AS items, coalesce(sum(b.size_bytes), 0) AS size_bytes
      FROM copied JOIN blobs b ON b.id = copied.blob_id) told
WHERE datasets.id = $1
"""


class NameTaken(Exception):
    """The owner has a dataset of that name."""


class NothingChosen(Exception):
    """None of the items is there."""


class Subsets:
    """Datasets of chosen items, in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def create(
        self,
        id_: UUID,
        owner_id: UUID,
        name: str,
        *,
        source: UUID,
        item_ids: Sequence[int],
        quota_bytes: int | None,
    ) -> None:
        """All or nothing. Raises NameTaken, NothingChosen and OverQuota."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_USER, owner_id)
            rows = await connection.fetch(CHOSEN, source, item_ids, timeout=LONG_SECONDS)
            if not rows:
                raise NothingChosen
            try:
                await connection.execute(CREATE, id_, owner_id, name, source)
            except asyncpg.UniqueViolationError:
                raise NameTaken from None
            chosen = [row["id"] for row in rows]
            await connection.execute(COPY, id_, chosen, timeout=LONG_SECONDS)
            await _check_quota(connection, id_, quota_bytes)


async def _check_quota(connection: Any, id_: UUID, quota_bytes: int | None) -> None:
    if quota_bytes is not None and await connection.fetchval(WITH_DATASET, id_) > quota_bytes:
        raise OverQuota
