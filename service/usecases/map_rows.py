"""Map rows: what a map says of items, for whoever goes through them in the order of their ids."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from types import TracebackType
from typing import Self
from uuid import UUID

from service.db.columns import Columns
from service.domain.map_columns import MapColumn

Values = Sequence[int | float]


class MapRows:
    """Reads the columns of a task side by side, a block at a time; the first has the ids."""

    def __init__(self, columns: Columns, task_id: UUID, told: Sequence[MapColumn]) -> None:
        self._told = told
        self._blocks = [columns.blocks(task_id, column.name) for column in told]
        self._read: deque[Values] = deque()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for blocks in self._blocks:
            await self._open.enter_async_context(aclosing(blocks))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def up_to(self, last_id: int) -> Mapping[int, Values]:
        """The values behind the id, by id, of all items up to one that were not told yet."""
        while not self._read or self._read[-1][0] < last_id:
            if not await self._read_block():
                break
        rows: dict[int, Values] = {}
        while self._read and self._read[0][0] <= last_id:
            id_, *values = self._read.popleft()
            rows[int(id_)] = values
        return rows

    async def _read_block(self) -> bool:
        packed = [await _next(blocks) for blocks in self._blocks]
        rows = await asyncio.to_thread(_side_by_side, self._told, packed)
        self._read.extend(rows)
        return bool(rows)


def _side_by_side(columns: Sequence[MapColumn], packed: Sequence[bytes]) -> list[Values]:
    values = [column.type.unpacked(data) for column, data in zip(columns, packed, strict=True)]
    return list(zip(*values, strict=True))


async def _next(blocks: AsyncGenerator[bytes]) -> bytes:
    return await anext(blocks, b"")
