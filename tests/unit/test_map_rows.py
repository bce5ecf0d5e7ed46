"""Rows of a map are found by id, over blocks and gaps alike."""

from array import array
from collections.abc import AsyncGenerator
from typing import Any, cast
from uuid import UUID, uuid4

from service.db.columns import Columns
from service.domain.map_columns import MapColumn, MapType
from service.usecases.map_rows import MapRows

TOLD = (MapColumn("item_id", MapType.I64, ""), MapColumn("x", MapType.F32, ""))
IDS = ([2, 3, 7], [8, 20])
BLOCKS = {
    "item_id": [array("q", ids).tobytes() for ids in IDS],
    "x": [array("f", [id_ / 2 for id_ in ids]).tobytes() for ids in IDS],
}


class Blocks:
    """What PostgreSQL would hold."""

    async def blocks(self, task_id: UUID, name: str) -> AsyncGenerator[bytes]:
        del task_id
        for block in BLOCKS[name]:
            yield block


async def test_each_page_of_items_gets_its_rows_once() -> None:
    async with MapRows(cast("Columns", cast("Any", Blocks())), uuid4(), TOLD) as rows:
        pages = [dict(await rows.up_to(last)) for last in (1, 7, 19, 30)]

    assert pages == [{}, {2: [1.0], 3: [1.5], 7: [3.5]}, {8: [4.0]}, {20: [10.0]}]
