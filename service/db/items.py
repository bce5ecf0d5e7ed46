"""Adds and lists items; each batch that changes a dataset raises its version under its row lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from service.db.engine import Database
from service.db.owned import WITH_DATASET
from service.domain.datasets import Item, ItemQuery, ItemSort, Labels, NewItem, Place, place_of

LOCK = """
SELECT version FROM datasets WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE
"""

LOCK_OWNER = """
SELECT FROM users WHERE id = (SELECT owner_id FROM datasets WHERE id = $1) FOR NO KEY UPDATE
"""

COMPARE = """
SELECT told.path, b.id AS blob_id, b.size_bytes,
       i.id AS old_id, i.blob_id AS old_blob_id, i.size_bytes AS old_size_bytes,
       i.label, i."group", i.split
FROM unnest($2::text[], $3::bytea[]) AS told (path, sha256)
CROSS JOIN LATERAL (
    SELECT id, size_bytes FROM blobs WHERE sha256 = told.sha256 LIMIT 1
) b
LEFT JOIN LATERAL (
    SELECT items.*, blobs.size_bytes FROM items JOIN blobs ON blobs.id = blob_id
    WHERE dataset_id = $1 AND path = told.path AND removed_in IS NULL LIMIT 1
) i ON true
"""
"""The limits make it look every path up, whatever the planner believes of a table that grows."""

REMOVE = "UPDATE items SET removed_in = $2 WHERE id = ANY($1::bigint[])"

ADD = """
INSERT INTO items (dataset_id, blob_id, path, label, "group", split, added_in)
SELECT $1, blob_id, path, label, "group", split, $2
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
    AS told (blob_id, path, label, "group", split)
ORDER BY path
RETURNING id, path
"""

COUNT = """
UPDATE datasets SET version = version + 1, items = items + $2, size_bytes = size_bytes + $3
WHERE id = $1
"""

REMOVE_PATH = """
WITH gone AS (
    UPDATE items SET removed_in = $3 WHERE dataset_id = $1 AND path = $2 AND removed_in IS NULL
    RETURNING blob_id
)
UPDATE datasets SET version = $3, items = items - 1, size_bytes = datasets.size_bytes - b.size_bytes
FROM gone JOIN blobs b ON b.id = gone.blob_id
WHERE datasets.id = $1 RETURNING version
"""

CHANGED = """
SELECT count(DISTINCT path) FROM items
WHERE dataset_id = $1 AND ((added_in > $2 AND removed_in IS NULL)
                        OR (added_in <= $2 AND removed_in > $2))
"""

FOLLOW = """
UPDATE item_tags o SET item_id = new.id
FROM items old CROSS JOIN LATERAL (
    SELECT id FROM items WHERE dataset_id = $1 AND path = old.path AND removed_in IS NULL LIMIT 1
) new
WHERE o.item_id = old.id AND old.dataset_id = $1 AND old.removed_in = $2
"""
"""The tags of items that a version has replaced go to those in their place."""

COLUMNS = """i.id, i.path, b.sha256, b.size_bytes, i.label, i."group", i.split, i.added_in,
    EXISTS (SELECT FROM features f WHERE f.blob_id = b.id AND f.state = 'ready') AS thumbnail,
    ARRAY(SELECT t.name FROM item_tags o JOIN tags t ON t.id = o.tag_id WHERE o.item_id = i.id
          ORDER BY t.name) AS tags"""

TAGGED = """i.id IN (SELECT o.item_id FROM item_tags o JOIN tags t ON t.id = o.tag_id
    WHERE t.dataset_id = $1 AND t.name = {})"""

PAGE = """
SELECT {columns}, NULL::float8 AS score, i.id AS place
FROM items i JOIN blobs b ON b.id = i.blob_id
WHERE i.dataset_id = $1 AND i.removed_in IS NULL {filters}
ORDER BY {column} {direction} LIMIT $2
"""

CHOSEN = """
SELECT {columns}, NULL::float8 AS score, i.id AS place
FROM unnest($2::bigint[]) WITH ORDINALITY AS asked (id, number)
JOIN items i ON i.id = asked.id JOIN blobs b ON b.id = i.blob_id
WHERE i.dataset_id = $1 ORDER BY asked.number
"""

ISSUE_PAGE = """
SELECT {columns}, r.score, r.item_id AS place
FROM task_items r JOIN items told ON told.id = r.item_id
JOIN items i ON i.dataset_id = told.dataset_id AND i.path = told.path AND i.blob_id = told.blob_id
JOIN blobs b ON b.id = i.blob_id
WHERE r.task_id = (
    SELECT id FROM tasks WHERE dataset_id = $1 AND type = 'image_analysis' AND status = 'completed'
    ORDER BY completed_at DESC LIMIT 1
) AND r.kind = $3 AND i.removed_in IS NULL {filters}
ORDER BY r.score, r.item_id LIMIT $2
"""

COUNT_BY = """
SELECT {column} AS name, count(*) AS items FROM items
WHERE dataset_id = $1 AND removed_in IS NULL AND {column} IS NOT NULL
GROUP BY 1 ORDER BY 1 LIMIT $2
"""
COUNT_TAGS = """
SELECT t.name, count(*) AS items
FROM tags t JOIN item_tags o ON o.tag_id = t.id JOIN items i ON i.id = o.item_id
WHERE t.dataset_id = $1 AND i.removed_in IS NULL GROUP BY 1 ORDER BY 1
"""
MOST_NAMES = 1000


class OverQuota(Exception):
    """The owner would have more bytes than may be; nothing was added."""


@dataclass(frozen=True)
class Added:
    """What a batch changed: the version that has it, and by path what became of each item."""

    version: int
    item_ids: dict[str, int]
    """Ids of the items that are new or replaced."""
    states: dict[str, str]
    """'added', 'unchanged' or 'replaced' for every path."""


async def add_items(connection: Any, dataset_id: UUID, new: Sequence[NewItem]) -> Added | None:
    """Adds reserved blobs within the caller's transaction; None where the dataset is gone.

    A path that has the same bytes already stays as it is, one with others is replaced and keeps its
    label, group and split; of two equal paths in the batch the last wins. The version rises if
    anything changed.
    """
    version = await connection.fetchval(LOCK, dataset_id)
    if version is None:
        return None
    items = list({item.path: item for item in new}.values())
    rows = await connection.fetch(
        COMPARE, dataset_id, [item.path for item in items], [item.sha256 for item in items]
    )
    fresh = [row for row in rows if row["old_blob_id"] != row["blob_id"]]
    if not fresh:
        return Added(version, {}, _states(rows))
    ids = await _replace(connection, dataset_id, version + 1, fresh)
    return Added(version + 1, ids, _states(rows))


async def _replace(
    connection: Any, dataset_id: UUID, version: int, fresh: Sequence[Any]
) -> dict[str, int]:
    gone = [row for row in fresh if row["old_id"] is not None]
    places = [_place(row) for row in fresh]
    await connection.execute(REMOVE, [row["old_id"] for row in gone], version)
    added = await connection.fetch(
        ADD,
        dataset_id,
        version,
        [row["blob_id"] for row in fresh],
        [row["path"] for row in fresh],
        [place.label for place in places],
        [place.group for place in places],
        [place.split for place in places],
    )
    if gone:
        await connection.execute(FOLLOW, dataset_id, version)
    size_bytes = sum(row["size_bytes"] for row in fresh)
    freed_bytes = sum(row["old_size_bytes"] for row in gone)
    await connection.execute(COUNT, dataset_id, len(fresh) - len(gone), size_bytes - freed_bytes)
    return {row["path"]: row["id"] for row in added}


def _place(row: Any) -> Place:
    if row["old_id"] is None:
        return place_of(row["path"])
    return Place(row["label"], row["group"], row["split"])


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

    async def add(
        self, dataset_id: UUID, new: Sequence[NewItem], *, quota_bytes: int | None = None
    ) -> Added | None:
        """Adds a batch in a transaction of its own; None where the dataset is gone.

        Raises OverQuota, for those too who come at the same time.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if quota_bytes is None:
                return await add_items(connection, dataset_id, new)
            await connection.execute(LOCK_OWNER, dataset_id)
            before = await connection.fetchval(WITH_DATASET, dataset_id)
            added = await add_items(connection, dataset_id, new)
            after = await connection.fetchval(WITH_DATASET, dataset_id)
            if after > max(before, quota_bytes):
                raise OverQuota
            return added

    async def remove(self, dataset_id: UUID, path: str) -> int | None:
        """Takes a path out of the dataset; the version without it, None where it was not there."""
        async with self._pool.acquire() as connection, connection.transaction():
            version = await connection.fetchval(LOCK, dataset_id)
            if version is None:
                return None
            # a statement of its own sees what those have done for whom the lock was waited
            return await connection.fetchval(REMOVE_PATH, dataset_id, path, version + 1)

    async def changed_since(self, dataset_id: UUID, version: int) -> int:
        """How many items have come or gone since a version."""
        return await self._pool.fetchval(CHANGED, dataset_id, version)

    async def labels(self, dataset_id: UUID) -> Labels:
        """By which labels and splits items of the newest version can be asked for."""

        async def counted(column: str) -> dict[str, int]:
            statement = COUNT_BY.format(column=column)
            rows = await self._pool.fetch(statement, dataset_id, MOST_NAMES)
            return {row["name"]: row["items"] for row in rows}

        tags = await self._pool.fetch(COUNT_TAGS, dataset_id)
        return Labels(
            labels=await counted("label"),
            splits=await counted("split"),
            tags={row["name"]: row["items"] for row in tags},
        )

    async def page(self, dataset_id: UUID, query: ItemQuery) -> list[Item]:
        """Items of the newest version; with an issue, those that the last analysis found."""
        told: list[Any] = [dataset_id, query.limit]
        filters = ""

        def bind(condition: str, *values: Any) -> None:
            nonlocal filters
            numbers = [f"${len(told) + n}" for n in range(1, len(values) + 1)]
            filters += " AND " + condition.format(*numbers)
            told.extend(values)

        if query.issue is not None:
            told.append(query.issue)
        if query.label is not None:
            bind("i.label = {}", query.label)
        if query.split is not None:
            bind("i.split = {}", query.split)
        if query.tag is not None:
            bind(TAGGED, query.tag)
        if query.after is not None:
            bind(_after(query), *query.after)
        statement = ISSUE_PAGE if query.issue is not None else PAGE
        rows = await self._pool.fetch(
            statement.format(columns=COLUMNS, filters=filters, **_order(query.sort)), *told
        )
        return [_item(row) for row in rows]

    async def chosen(self, dataset_id: UUID, item_ids: Sequence[int]) -> list[Item]:
        """In the order asked, as they were: maps tell of items that have been changed since."""
        rows = await self._pool.fetch(CHOSEN.format(columns=COLUMNS), dataset_id, list(item_ids))
        return [_item(row) for row in rows]


def _item(row: Any) -> Item:
    return Item(**{**row, "sha256": row["sha256"].hex()})


def _after(query: ItemQuery) -> str:
    if query.issue is not None:
        return "(r.score, r.item_id) > ({}::float8, {}::bigint)"
    order = _order(query.sort)
    return f"{order['column']} {order['comparison']} {{}}"


def _order(sort: ItemSort) -> dict[str, str]:
    column = "i.path" if sort in (ItemSort.PATH, ItemSort.PATH_DOWN) else "i.id"
    down = sort in (ItemSort.PATH_DOWN, ItemSort.NEWEST)
    return {
        "column": column,
        "direction": "DESC" if down else "ASC",
        "comparison": "<" if down else ">",
    }
