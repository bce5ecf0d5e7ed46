"""Claims chunks, stops them and hands them back; each is one statement, fenced by run and token."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from service.db.engine import Database
from service.db.task_log import MAX_LOG_LINES
from service.db.workers import LEASE
from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.domain.tasks import Failure

SPARE_CANDIDATES = 8
"""How many more chunks than it wants a claim looks at, as others may be locking the same."""

CLAIM = f"""
WITH RECURSIVE owners AS (
    (SELECT owner_id FROM chunks WHERE state = 'waiting' ORDER BY owner_id LIMIT 1)
    UNION ALL
    SELECT (SELECT c.owner_id FROM chunks c WHERE c.state = 'waiting' AND c.owner_id > o.owner_id
            ORDER BY c.owner_id LIMIT 1)
    FROM owners o WHERE o.owner_id IS NOT NULL
), busy AS (
    SELECT owner_id, count(*) AS n FROM chunks WHERE state = 'running' GROUP BY owner_id
), fair AS (
    SELECT c.id, c.start_tag, COALESCE(busy.n, 0)
           + row_number() OVER (PARTITION BY o.owner_id ORDER BY c.start_tag, c.id) AS turn
    FROM owners o LEFT JOIN busy USING (owner_id) CROSS JOIN LATERAL (
        SELECT id, start_tag FROM chunks
        WHERE state = 'waiting' AND owner_id = o.owner_id
        ORDER BY start_tag, id LIMIT $2 + {SPARE_CANDIDATES}
    ) c
), best AS (
    SELECT ARRAY(SELECT id FROM fair ORDER BY turn, start_tag, id
                 LIMIT $2 + {SPARE_CANDIDATES}) AS ids
), locked AS (
    SELECT id FROM chunks
    WHERE id = ANY((SELECT ids FROM best)::bigint[]) AND state = 'waiting'
    ORDER BY array_position((SELECT ids FROM best), id) LIMIT $2
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE chunks SET state = 'running', run = run + 1, token = gen_random_uuid(), worker_id = $1,
        lease_until = clock_timestamp() + {LEASE}, started_at = clock_timestamp(), held_until = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM locked))
    RETURNING *
), staged AS (
    UPDATE stages SET started_at = clock_timestamp()
    WHERE id = ANY(ARRAY(SELECT stage_id FROM claimed)) AND started_at IS NULL
    RETURNING task_id, name
), begun AS (
    UPDATE tasks t SET status = 'in_progress', seq = t.seq + 1,
        attempts = t.attempts + (t.status = 'pending')::int,
        started_at = CASE t.status WHEN 'pending' THEN clock_timestamp() ELSE t.started_at END,
        log_seq = t.log_seq + (s.name IS NOT NULL)::int
    FROM (SELECT DISTINCT task_id FROM claimed) c LEFT JOIN staged s USING (task_id)
    WHERE t.id = c.task_id AND (t.status = 'pending' OR s.name IS NOT NULL)
      AND (SELECT count(*) FROM staged) >= 0  -- stages are locked before tasks
    RETURNING t.id, t.log_seq, s.name AS stage
), logged AS (
    INSERT INTO task_log (task_id, seq, stage, level, message)
    SELECT id, log_seq, stage, 'info', 'started' FROM begun WHERE stage IS NOT NULL
)
SELECT c.id, c.run, c.token, c.kind, c.first_key, c.last_key, c.attempts, c.task_id, c.stage_id,
       c.owner_id, s.name AS stage, t.type, t.params, t.dataset_id, t.dataset_version,
       t.target_id, t.target_version, t.cancel_requested_at IS NOT NULL AS cancelling,
       EXISTS (SELECT FROM begun WHERE begun.id = c.task_id) AS began
FROM claimed c JOIN stages s ON s.id = c.stage_id JOIN tasks t ON t.id = c.task_id
"""

STOP = """
WITH stopped AS (
    UPDATE chunks SET state = $4, finished_at = clock_timestamp(), token = NULL, lease_until = NULL
    WHERE id = $1 AND run = $2 AND token = $3 AND state = 'running'
    RETURNING stage_id
), closed AS (
    UPDATE stages s SET chunks_open = s.chunks_open - 1
    FROM stopped WHERE s.id = stopped.stage_id
    RETURNING s.task_id, s.name, s.chunks_open = 0 AS last
), ended AS (
    UPDATE tasks t SET seq = t.seq + 1, error = $5::jsonb,
        log_seq = t.log_seq + CASE WHEN c.last THEN 1 + ($8::text IS NOT NULL)::int ELSE 0 END,
        status = CASE WHEN c.last THEN $4 ELSE t.status END,
        completed_at = CASE WHEN c.last THEN clock_timestamp() END
    FROM closed c WHERE t.id = c.task_id
    RETURNING t.id, t.log_seq, t.status, c.name, c.last
), logged AS (
    INSERT INTO task_log (task_id, seq, stage, level, message, private)
    SELECT id, log_seq - ($8::text IS NOT NULL)::int, name, $6, $7, false FROM ended WHERE last
    UNION ALL SELECT id, log_seq, name, $6, $8, true FROM ended WHERE last AND $8 IS NOT NULL
)
SELECT status FROM ended
"""
"""The line is written with the status: what comes after the last snapshot, nobody is told."""

HAND_BACK = f"""
WITH back AS (
    UPDATE chunks SET state = CASE WHEN $4::float8 > 0 THEN 'held' ELSE 'waiting' END,
        held_until = clock_timestamp() + make_interval(secs => $4), attempts = attempts + $5,
        worker_id = NULL, token = NULL, lease_until = NULL
    WHERE id = $1 AND run = $2 AND token = $3 AND state = 'running'
    RETURNING attempts, task_id
), told AS (
    UPDATE tasks t SET seq = t.seq + 1, log_seq = t.log_seq + 1
    FROM back WHERE t.id = back.task_id AND $7::text IS NOT NULL AND t.log_seq < {MAX_LOG_LINES}
    RETURNING t.id, t.log_seq
), logged AS (
    INSERT INTO task_log (task_id, seq, stage, level, message)
    SELECT id, log_seq, $6, CASE WHEN $5 > 0 THEN 'warning' ELSE 'info' END, $7 FROM told
)
SELECT attempts FROM back
"""

WARN = f"""
WITH told AS (
    UPDATE tasks t SET seq = t.seq + 1, log_seq = t.log_seq + 1
    FROM chunks c WHERE c.id = $1 AND c.run = $2 AND c.token = $3 AND c.state = 'running'
      AND t.id = c.task_id AND t.log_seq < {MAX_LOG_LINES}
    RETURNING t.id, t.log_seq
)
INSERT INTO task_log (task_id, seq, stage, level, message)
SELECT id, log_seq, $4, 'warning', $5 FROM told
"""

HOLD_FENCE = """
SELECT 1 FROM chunks WHERE id = $1 AND run = $2 AND token = $3 AND state = 'running'
FOR NO KEY UPDATE
"""


@dataclass(frozen=True)
class Claim:
    """A claimed chunk, and whether its task began with it."""

    chunk: ClaimedChunk
    began: bool


class Chunks:
    """Chunks in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def claim(self, worker_id: UUID, limit: int) -> list[Claim]:
        """Up to ``limit`` waiting chunks in the one order of work: fair to owners, then oldest."""
        rows = await self._pool.fetch(CLAIM, worker_id, limit)
        return [Claim(_claimed(row), row["began"]) for row in rows]

    async def stop(self, fence: Fence) -> str | None:
        """Ends a run of a task that is being cancelled; the task's status, None if superseded."""
        return await self._stop(fence, "cancelled", None, ("info", "cancelled"))

    async def fail(self, fence: Fence, failure: Failure, trace: str | None = None) -> str | None:
        """Ends the only chunk of a stage and its task for good; None if superseded."""
        error = {"code": failure.code, "detail": failure.detail}
        return await self._stop(fence, "failed", error, ("error", failure.detail), trace)

    async def _stop(
        self,
        fence: Fence,
        state: str,
        error: Mapping[str, str] | None,
        line: tuple[str, str],
        trace: str | None = None,
    ) -> str | None:
        return await self._pool.fetchval(
            STOP, fence.chunk_id, fence.run, fence.token, state, error, *line, trace
        )

    async def hand_back(
        self, chunk: ClaimedChunk, *, after_seconds: float, charged: bool, why: str | None
    ) -> int | None:
        """Lets the chunk be claimed again later; its attempts by now, None if superseded.

        ``why`` becomes a line of the task's log.
        """
        fence = chunk.fence
        return await self._pool.fetchval(
            HAND_BACK,
            fence.chunk_id,
            fence.run,
            fence.token,
            after_seconds,
            int(charged),
            chunk.stage,
            why,
        )

    async def warn(self, chunk: ClaimedChunk, line: str) -> None:
        """Writes a line of a run that goes on; nothing where it is superseded."""
        fence = chunk.fence
        values = (fence.chunk_id, fence.run, fence.token, chunk.stage, line)
        await self._pool.execute(WARN, *values)


def _claimed(row: asyncpg.Record) -> ClaimedChunk:
    return ClaimedChunk(
        fence=Fence(row["id"], row["run"], row["token"]),
        kind=ChunkKind(row["kind"]),
        first_key=row["first_key"],
        last_key=row["last_key"],
        attempts=row["attempts"],
        task_id=row["task_id"],
        task_type=row["type"],
        stage_id=row["stage_id"],
        stage=row["stage"],
        params=row["params"],
        owner_id=row["owner_id"],
        dataset_id=row["dataset_id"],
        dataset_version=row["dataset_version"],
        target_id=row["target_id"],
        target_version=row["target_version"],
        cancelling=row["cancelling"],
    )
