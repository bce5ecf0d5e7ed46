"""Workers: who is alive, on how many slots, and how long its runs take."""

from uuid import UUID

from service.db.engine import Database
from service.domain.workers import Worker

LEASE = "interval '10 seconds'"
"""How long a worker may be silent before it is taken for dead and its chunks go to others."""

SEEN = """
INSERT INTO workers (id, host, pid, slots, run_seconds) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), run_seconds = excluded.run_seconds
"""
FORGET_SILENT = "DELETE FROM workers WHERE seen_at < clock_timestamp() - interval '1 hour'"


class Workers:
    """Workers in PostgreSQL, on the connection of the heartbeat."""

    def __init__(self, database: Database) -> None:
        self._pool = database.leases

    async def seen(self, worker: Worker) -> None:
        """Says that a worker is alive."""
        await self._pool.execute(
            SEEN, worker.id, worker.host, worker.pid, worker.slots, worker.run_seconds
        )

    async def forget(self, worker_id: UUID) -> None:
        """Says that a worker has ended."""
        await self._pool.execute("DELETE FROM workers WHERE id = $1", worker_id)

    async def forget_silent(self) -> None:
        """Forgets those that nobody has heard of for an hour."""
        await self._pool.execute(FORGET_SILENT)
