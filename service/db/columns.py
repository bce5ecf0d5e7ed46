"""Reads columns of tasks, a block at a time."""

from collections.abc import AsyncGenerator
from uuid import UUID

from service.db.engine import Database


class Columns:
    """Columns in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def sizes(self, task_id: UUID) -> dict[str, int]:
        """Bytes of each column."""
        rows = await self._pool.fetch(
            """SELECT name, sum(octet_length(data))::bigint AS bytes FROM task_columns
            WHERE task_id = $1 GROUP BY name""",
            task_id,
        )
        return {row["name"]: row["bytes"] for row in rows}

    async def blocks(self, task_id: UUID, name: str) -> AsyncGenerator[bytes]:
        """In their order; no connection is held while one is sent."""
        block = 0
        while data := await self._pool.fetchval(
            "SELECT data FROM task_columns WHERE task_id = $1 AND name = $2 AND block = $3",
            task_id,
            name,
            block,
        ):
            yield data
            block += 1
