"""Leases: renews those of the living, and gives the chunks of the dead and the silent to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from service.db.engine import Database
from service.db.task_log import MAX_LOG_LINES
from service.db.workers import LEASE
from service.domain.chunks import Fence

IN_FLIGHT = "interval '6 seconds'"
"""For so long a claimed chunk may be unknown to its worker: the longest that a claim waits for its
answer, and a renewal for its own."""

RENEW = f"""
WITH told AS (
    SELECT * FROM unnest($2::bigint[], $3::int[]) AS told (id, run)
), mine AS (
    SELECT c.id FROM chunks c JOIN told USING (id, run)
    WHERE c.worker_id = $1 AND c.state = 'running'
    ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED
), renewed AS (
    UPDATE chunks SET lease_until = clock_timestamp() + {LEASE}
    WHERE id = ANY(ARRAY(SELECT id FROM mine))
), unknown AS (
    SELECT c.id FROM chunks c
    WHERE c.worker_id = $1 AND c.state = 'running'
      AND c.started_at < clock_timestamp() - {IN_FLIGHT}
      AND NOT EXISTS (SELECT FROM told WHERE told.id = c.id AND told.run = c.run)
    ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
), dropped AS (
    UPDATE chunks SET state = 'waiting', worker_id = NULL, token = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM unknown))
    RETURNING id
), due AS (
    UPDATE chunks SET state = 'waiting', held_until = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM chunks WHERE state = 'held'
                         AND held_until <= clock_timestamp() LIMIT 100 FOR UPDATE SKIP LOCKED))
)
SELECT c.id, c.run, t.cancel_requested_at IS NOT NULL AS cancelling
FROM told JOIN chunks c USING (id, run) JOIN tasks t ON t.id = c.task_id
WHERE c.worker_id = $1 AND c.state = 'running'
UNION ALL SELECT id, NULL, NULL FROM dropped
"""

RELEASE = """
WITH dead AS (
    SELECT id FROM chunks WHERE state = 'running' AND {which}
    ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED
), freed AS (
    UPDATE chunks SET state = 'waiting', attempts = attempts + $1,
        worker_id = NULL, token = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM dead))
    RETURNING id, task_id
), told AS (
    SELECT id FROM tasks WHERE id = ANY(ARRAY(SELECT task_id FROM freed)) AND log_seq < $3
    ORDER BY id FOR NO KEY UPDATE
), numbered AS (
    UPDATE tasks SET log_seq = log_seq + 1, seq = seq + 1
    WHERE id = ANY(ARRAY(SELECT id FROM told))
    RETURNING id, log_seq
), logged AS (
    INSERT INTO task_log (task_id, seq, level, message)
    SELECT id, log_seq, 'warning', $2 FROM numbered
)
SELECT task_id FROM freed
"""
RESCUE = RELEASE.format(which="lease_until < clock_timestamp()")
RELEASE_WORKER = RELEASE.format(which="worker_id = $4")


@dataclass(frozen=True)
class Lease:
    """A run that is still its worker's."""

    chunk_id: int
    run: int
    cancelling: bool


@dataclass(frozen=True)
class Renewed:
    """What a worker still has, and how many chunks it did not know of."""

    leases: Sequence[Lease]
    dropped: int


class Leases:
    """Leases in PostgreSQL, on a connection that no work can keep them from."""

    def __init__(self, database: Database) -> None:
        self._pool = database.leases

    async def renew(self, worker_id: UUID, held: Sequence[Fence]) -> Renewed:
        """Extends the leases of these runs; wakes held chunks that are due.

        What is this worker's and not among them is nobody's work: a run that was let go of, or a
        claim whose answer was lost. It is handed back, uncharged.
        """
        ids, runs = [fence.chunk_id for fence in held], [fence.run for fence in held]
        rows = await self._pool.fetch(RENEW, worker_id, ids, runs)
        leases = [
            Lease(row["id"], row["run"], row["cancelling"])
            for row in rows
            if row["run"] is not None
        ]
        return Renewed(leases, len(rows) - len(leases))

    async def rescue(self) -> Sequence[UUID]:
        """Gives chunks with an expired lease back to everybody; the task of each."""
        return await self._release(RESCUE, True, "its worker fell silent")

    async def release_worker(self, worker_id: UUID, *, charged: bool) -> Sequence[UUID]:
        """The same for a worker that is known to be dead."""
        return await self._release(RELEASE_WORKER, charged, "its worker died", worker_id)

    async def _release(
        self, statement: str, charged: bool, why: str, *worker: UUID
    ) -> Sequence[UUID]:
        line = f"a chunk is given to another: {why}"
        rows = await self._pool.fetch(statement, int(charged), line, MAX_LOG_LINES, *worker)
        return [row["task_id"] for row in rows]
