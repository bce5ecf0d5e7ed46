"""Remembers which uploaded archives and lists wait in storage, and for which task."""

from uuid import UUID

from service.db.engine import Database

ENDED = """
SELECT u.id FROM uploads u LEFT JOIN tasks t ON t.id = u.task_id
WHERE t.status = 'completed' OR t.completed_at < clock_timestamp() - interval '1 hour'
   OR (u.task_id IS NULL AND u.created_at < clock_timestamp() - interval '1 hour')
"""


class Uploads:
    """Uploads in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def add(self, id_: UUID, owner_id: UUID, size_bytes: int) -> None:
        await self._pool.execute(
            "INSERT INTO uploads (id, owner_id, size_bytes) VALUES ($1, $2, $3)",
            id_,
            owner_id,
            size_bytes,
        )

    async def give(self, id_: UUID, task_id: UUID) -> None:
        """Lets the upload live until that task has ended."""
        await self._pool.execute("UPDATE uploads SET task_id = $2 WHERE id = $1", id_, task_id)

    async def ended(self) -> list[UUID]:
        """Those whose task is completed or ended an hour ago, or that got none within an hour.

        Until then a task that failed or was cancelled may be retried.
        """
        return [row["id"] for row in await self._pool.fetch(ENDED)]

    async def remove(self, id_: UUID) -> None:
        await self._pool.execute("DELETE FROM uploads WHERE id = $1", id_)
