"""Saved columns: what a task says of every item goes from a child's file to the database."""

import asyncio
from pathlib import Path

from service.domain.map_columns import BLOCK_ROWS
from service.domain.saves import ColumnSave
from worker.work import Run, SoloTools


async def save_columns(run: Run, tools: SoloTools, path: Path, rows: int) -> None:
    """The file holds the columns of the catalogue entry, one after the other."""
    with path.open("rb") as file:
        for column in run.entry.columns:
            for block, first in enumerate(range(0, rows, BLOCK_ROWS)):
                values = min(BLOCK_ROWS, rows - first)
                data = await asyncio.to_thread(file.read, values * column.type.size_bytes)
                await tools.save([ColumnSave(run.chunk.fence, column.name, block, data)])
