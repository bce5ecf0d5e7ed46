"""Claims and ends chunks; each is one statement, fenced by run and token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from service.catalog.entry import StageSpec
from service.db.engine import Database
from service.db.keys import FROZEN, OPEN, SUBJECT, subject_of
from service.db.task_log import MAX_LOG_LINES
from service.db.workers import LEASE
from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.domain.features import Extractor
from service.domain.stages import SOLO_TOTAL
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

SECONDS = "to_char(extract(epoch FROM clock_timestamp() - s.started_at), 'FM999,999,999,990.0')"
RATE = """to_char((s.done - s.done_before) / GREATEST(
    extract(epoch FROM clock_timestamp() - s.started_at), 0.001), 'FM999,999,999,990.0')"""

FINISH = f"""
WITH {SUBJECT}, finished AS (
    UPDATE chunks SET state = 'done', finished_at = clock_timestamp(),
        token = NULL, lease_until = NULL
    WHERE id = $1 AND run = $10 AND token = $11 AND state = 'running' {{unless_open}}
    RETURNING stage_id, kind, size - done AS rest
), closed AS (
    UPDATE stages s SET chunks_open = s.chunks_open - 1, done = s.done + f.rest,
        completed_at = CASE WHEN s.chunks_open = 1 AND s.done + f.rest >= COALESCE(s.total, 0)
                            THEN clock_timestamp() END  -- else a cancel has cut its other chunks
    FROM finished f WHERE s.id = f.stage_id
    RETURNING s.task_id, s.position, s.chunks_open = 0 AS last,
        s.name, CASE
            WHEN s.chunks_open = 0 AND s.completed_at IS NULL THEN 'cancelled'
            WHEN s.chunks_open > 0 AND f.kind = 'plan'
                THEN format('%s %s to do, %s known already', s.total, $14::text, s.known)
            WHEN s.chunks_open > 0 THEN NULL
            WHEN s.kind = 'solo' THEN format('finished in %s s', {SECONDS})
            WHEN s.total = 0 THEN format('finished: nothing to do, %s known already', s.known)
            ELSE format('finished: %s %s in %s s, %s a second', s.done - s.done_before, $14::text,
                        {SECONDS}, {RATE})
        END AS line,
        NOT EXISTS (SELECT FROM stages n WHERE n.task_id = s.task_id
                    AND n.position = s.position + 1) AS final
), opened AS (
    UPDATE stages n SET chunks_open = 1
    FROM closed c
    WHERE c.last AND n.task_id = c.task_id AND n.position = c.position + 1
      AND NOT EXISTS (SELECT FROM tasks t WHERE t.id = n.task_id
                      AND t.cancel_requested_at IS NOT NULL)
    RETURNING n.id, n.task_id, n.kind
), task AS (
    SELECT t.id, t.owner_id, t.start_tag FROM tasks t JOIN opened o ON o.task_id = t.id
    FOR NO KEY UPDATE OF t  -- its priority is what it is by now
), chunked AS (
    INSERT INTO chunks (task_id, stage_id, owner_id, kind, size, start_tag)
    SELECT t.id, o.id, t.owner_id, CASE o.kind WHEN 'map' THEN 'plan' ELSE 'work' END,
           CASE o.kind WHEN 'map' THEN 0 ELSE {SOLO_TOTAL} END, t.start_tag
    FROM opened o JOIN task t ON t.id = o.task_id RETURNING id
), ended AS (
    SELECT c.task_id, c.name, c.line, CASE
        WHEN NOT c.last OR EXISTS (SELECT FROM chunked) THEN NULL
        WHEN NOT c.final THEN 'cancelled'
        WHEN t.set_aside > 0 AND t.set_aside >= (SELECT sum(total) FROM stages m
            WHERE m.task_id = t.id AND m.kind = 'map')
            AND NOT EXISTS (SELECT {FROZEN} JOIN features f ON f.blob_id = i.blob_id
                AND f.extractor = s.extractor AND f.version = s.extractor_version
                AND f.state <> 'claimed') THEN 'failed'
        ELSE 'completed' END AS status
    FROM closed c JOIN tasks t ON t.id = c.task_id
)
, moved AS (
    UPDATE tasks t SET seq = t.seq + 1,
        status = COALESCE(e.status, t.status),
        result = CASE e.status WHEN 'completed' THEN $12::jsonb ELSE t.result END,
        partial = e.status IS NOT DISTINCT FROM 'completed' AND t.set_aside > 0,
        error = CASE e.status WHEN 'failed' THEN $13::jsonb END,
        completed_at = CASE WHEN e.status IS NOT NULL THEN clock_timestamp() END,
        log_seq = t.log_seq + (e.line IS NOT NULL)::int
    FROM ended e WHERE t.id = e.task_id
    RETURNING t.id, t.status, t.log_seq, e.name, e.line, t.error
), logged AS (
    INSERT INTO task_log (task_id, seq, stage, level, message)
    SELECT id, log_seq, name, CASE status WHEN 'failed' THEN 'error' ELSE 'info' END,
           CASE status WHEN 'failed' THEN error->>'detail' WHEN 'cancelled' THEN 'cancelled'
           ELSE line END
    FROM moved WHERE line IS NOT NULL
)
SELECT status, (SELECT count(*) FROM chunked) AS opened FROM moved
"""
FINISH_ONE = FINISH.format(unless_open="")
"""Of a solo stage or a plan."""
FINISH_RANGE = {
    over: FINISH.format(unless_open=f"AND NOT EXISTS ({keys})") for over, keys in OPEN.items()
}
"""Of a range, which only ends once each of its keys is saved or set aside."""
ALL_SET_ASIDE = {
    "code": "all_items_failed",
    "detail": "none of the items could be worked on; the task's log says why for each",
}

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

HOLD_FENCE = """
SELECT 1 FROM chunks WHERE id = $1 AND run = $2 AND token = $3 AND state = 'running'
FOR NO KEY UPDATE
"""


@dataclass(frozen=True)
class Claim:
    """A claimed chunk, and whether its task began with it."""

    chunk: ClaimedChunk
    began: bool


@dataclass(frozen=True)
class Finished:
    """What the end of a chunk meant for its task."""

    status: str
    opened: int
    """How many chunks became claimable by it."""


class Chunks:
    """Chunks in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def claim(self, worker_id: UUID, limit: int) -> list[Claim]:
        """Up to ``limit`` waiting chunks in the one order of work: fair to owners, then oldest."""
        rows = await self._pool.fetch(CLAIM, worker_id, limit)
        return [Claim(_claimed(row), row["began"]) for row in rows]

    async def finish(
        self,
        chunk: ClaimedChunk,
        spec: StageSpec,
        result: Mapping[str, Any] | None,
        *,
        extractor: Extractor | None = None,
        connection: PoolConnectionProxy | None = None,
    ) -> Finished | None:
        """Ends a chunk; the last of a stage opens the next, the last of all completes the task.

        None where the run has been superseded, and where a key of its range is still open.
        ``extractor`` is whose features its task has, if not its stage.
        """
        fence = chunk.fence
        ranged = spec.over if chunk.kind is ChunkKind.WORK else None
        row = await (connection or self._pool).fetchrow(
            FINISH_RANGE[ranged] if ranged else FINISH_ONE,
            *subject_of(chunk, spec.extractor or extractor),
            fence.run,
            fence.token,
            result,
            ALL_SET_ASIDE,
            spec.unit,
        )
        return row and Finished(row["status"], row["opened"])

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
