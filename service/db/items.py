"""Adds and lists items; each batch that changes a dataset raises its version under its row lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.db.engine import Database
from service.domain.datasets import Item, NewItem, label_of

RAISE = """
UPDATE datasets SET version = version + 1 WHERE id = $1 AND deleted_at IS NULL RETURNING version
"""

STORE = """
INSERT INTO blobs (sha256, size_bytes)
SELECT DISTINCT ON (sha256) sha256, size_bytes
FROM unnest($1::bytea[], $2::bigint[]) AS told (sha256, size_bytes) ORDER BY sha256
ON CONFLICT (sha256) DO NOTHING
"""

COMPARE = """
SELECT told.path, b.id AS blob_id, i.id AS old_id, i.blob_id AS old_blob_id
FROM unnest($2::text[], $3::bytea[]) AS told (path, sha256)
JOIN blobs b USING (sha256)
LEFT JOIN items i ON i.dataset_id = $1 AND i.path = told.path AND i.removed_in IS NULL
"""

REMOVE = "UPDATE items SET removed_in = $2 WHERE id = ANY($1::bigint[])"

ADD = """
INSERT INTO items (dataset_id, blob_id, path, label, added_in)
SELECT $1, blob_id, path, label, $2
FROM unnest($3::bigint[], $4::text[], $5::text[]) AS told (blob_id, path, label)
ORDER BY path
RETURNING id, path
"""

COUNT = """
UPDATE datasets d SET items = d.items + $2,
    size_bytes = d.size_bytes + (SELECT COALESCE(sum(size_bytes), 0) FROM blobs b
                                 JOIN unnest($3::bigint[]) AS added (id) USING (id))
                              - (SELECT COALESCE(sum(size_bytes), 0) FROM blobs b
                                 JOIN unnest($4::bigint[]) AS gone (id) USING (id))
WHERE id = $1
"""

PAGE = """
SELECT i.id, i.path, b.sha256, b.size_bytes, i.label, i.added_in
FROM items i JOIN blobs b ON b.id = i.blob_id
WHERE i.dataset_id = $1 AND i.removed_in IS NULL AND i.id > $2 ORDER BY i.id LIMIT $3
"""

VISIBLE_BLOB = """
SELECT 1 FROM blobs b JOIN items i ON i.blob_id = b.id JOIN datasets d ON d.id = i.dataset_id
WHERE b.sha256 = $1 AND d.deleted_at IS NULL
  AND ($2 OR d.owner_id = $3 OR d.visibility = 'everyone') LIMIT 1
"""


@dataclass(frozen=True)
class Added:
    """What a batch changed: the version it made, and by path what became of each item."""

    version: int
    item_ids: dict[str, int]
    """Ids of the items that are new or replaced."""
    states: dict[str, str]
    """'added', 'unchanged' or 'replaced' for every path."""


async def add_items(connection: Any, dataset_id: UUID, new: Sequence[NewItem]) -> Added | None:
    """Adds a batch within the caller's transaction; None where the dataset is gone.

    A path that has the same bytes already stays as it is, one with others is replaced; of two equal
    paths in the batch the last wins.
    """
    version = await connection.fetchval(RAISE, dataset_id)
    if version is None:
        return None
    items = list({item.path: item for item in new}.values())
    hashes = [item.sha256 for item in items]
    await connection.execute(STORE, hashes, [item.size_bytes for item in items])
    rows = await connection.fetch(COMPARE, dataset_id, [item.path for item in items], hashes)
    fresh = [row for row in rows if row["old_blob_id"] != row["blob_id"]]
    gone = [row for row in fresh if row["old_id"] is not None]
    await connection.execute(REMOVE, [row["old_id"] for row in gone], version)
    added = await connection.fetch(
        ADD,
        dataset_id,
        version,
        [row["blob_id"] for row in fresh],
        [row["path"] for row in fresh],
        [label_of(row["path"]) for row in fresh],
    )
    await connection.execute(
        COUNT,
        dataset_id,
        len(fresh) - len(gone),
        [row["blob_id"] for row in fresh],
        [row["old_blob_id"] for row in gone],
    )
    return Added(version, {row["path"]: row["id"] for row in added}, _states(rows))


def _states(rows: Sequence[Any]) -> dict[str, str]:
    def state(row: Any) -> str:
        if row["old_id"] is None:
            return "added"
        return "unchanged" if row["old_blob_id"] == row["blob_id"] else "replaced"

    return {row["path"]: state(row) for row in rows}


class Items:
    """Items in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def add(self, dataset_id: UUID, new: Sequence[NewItem]) -> Added | None:
        """Adds a batch in a transaction of its own; None where the dataset is gone."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await add_items(connection, dataset_id, new)

    async def page(self, dataset_id: UUID, *, after: int, limit: int) -> list[Item]:
        """Items of the newest version, in the order in which they came."""
        rows = await self._pool.fetch(PAGE, dataset_id, after, limit)
        return [Item(**{**row, "sha256": row["sha256"].hex()}) for row in rows]

    async def blob_visible(self, sha256: bytes, *, user_id: UUID, admin: bool) -> bool:
        """Whether an item that the user may see points to the blob."""
        return await self._pool.fetchval(VISIBLE_BLOB, sha256, admin, user_id) is not None
