"""Labels items: the old row of an item is removed in the version in which the new one is added."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.db.items import COUNT, FOLLOW, LOCK, REMOVE
from service.domain.datasets import Place

MATCH = """
SELECT i.id, i.path, i.label, i."group", i.split FROM unnest($2::text[]) AS told (path)
CROSS JOIN LATERAL (
    SELECT * FROM items WHERE dataset_id = $1 AND path = told.path AND removed_in IS NULL LIMIT 1
) i
"""

COPY = """
INSERT INTO items (dataset_id, blob_id, path, label, "group", split, added_in)
SELECT i.dataset_id, i.blob_id, i.path, told.label, told."group", told.split, $1
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS told (id, label, "group", split)
JOIN items i ON i.id = told.id ORDER BY i.path
"""


async def label_items(
    connection: Any, dataset_id: UUID, told: Mapping[str, Place]
) -> dict[str, str]:
    """Sets what is not None, by path, within the caller's transaction; what became of each path.

    'replaced' or 'unchanged'; paths that the dataset does not have are left out.
    """
    version = await connection.fetchval(LOCK, dataset_id)
    if version is None:
        return {}
    rows = await connection.fetch(MATCH, dataset_id, list(told))
    places = {row["id"]: _merged(row, told[row["path"]]) for row in rows}
    changed = {row["id"]: places[row["id"]] for row in rows if places[row["id"]] != _place(row)}
    if changed:
        await _replace(connection, dataset_id, version + 1, changed)
    return {row["path"]: "replaced" if row["id"] in changed else "unchanged" for row in rows}


async def _replace(
    connection: Any, dataset_id: UUID, version: int, places: Mapping[int, Place]
) -> None:
    await connection.execute(REMOVE, list(places), version)
    await connection.execute(
        COPY,
        version,
        list(places),
        [place.label for place in places.values()],
        [place.group for place in places.values()],
        [place.split for place in places.values()],
    )
    await connection.execute(FOLLOW, dataset_id, version)
    await connection.execute(COUNT, dataset_id, 0, 0)


def _place(row: Any) -> Place:
    return Place(row["label"], row["group"], row["split"])


def _merged(row: Any, told: Place) -> Place:
    return Place(
        row["label"] if told.label is None else told.label,
        row["group"] if told.group is None else told.group,
        row["split"] if told.split is None else told.split,
    )
