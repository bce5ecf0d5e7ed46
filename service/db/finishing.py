"""Finishing: ends chunks; the last of a stage opens the next, the last of all ends the task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from service.catalog.entry import StageSpec
from service.db.engine import Database
from service.db.keys import FROZEN, OPEN, SUBJECT, subject_of
from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.domain.features import Extractor
from service.domain.stages import SOLO_TOTAL

SECONDS = "to_char(extract(epoch FROM clock_timestamp() - s.started_at), 'FM999,999,999,990.0')"
RATE = """to_char((s.done - s.done_before) / GREATEST(
    extract(epoch FROM clock_timestamp() - s.started_at), 0.001), 'FM999,999,999,990.0')"""

FINISH = f"""
WITH {{told}}, finished AS (
    UPDATE chunks c SET state = 'done', finished_at = clock_timestamp(),
        token = NULL, lease_until = NULL
    FROM told
    WHERE c.id = told.id AND c.run = told.run AND c.token = told.token AND c.state = 'running'
      AND {{may_end}}
    RETURNING c.id, c.stage_id, c.kind, c.size - c.done AS rest, told.result, told.unit
), closed AS (
    UPDATE stages s SET chunks_open = s.chunks_open - 1, done = s.done + f.rest,
        completed_at = CASE WHEN s.chunks_open = 1 AND s.done + f.rest >= COALESCE(s.total, 0)
                            THEN clock_timestamp() END  -- else a cancel has cut its other chunks
    FROM finished f WHERE s.id = f.stage_id
    RETURNING f.id AS chunk_id, f.result, s.task_id, s.position, s.chunks_open = 0 AS last,
        s.name, CASE
            WHEN s.chunks_open = 0 AND s.completed_at IS NULL THEN 'cancelled'
            WHEN s.chunks_open > 0 AND f.kind = 'plan'
                THEN format('%s to do: %s; known already: %s', f.unit, s.total, s.known)
            WHEN s.chunks_open > 0 THEN NULL
            WHEN s.kind = 'solo' THEN format('finished in %s s', {SECONDS})
            WHEN s.total = 0 THEN format('finished: nothing to do; known already: %s', s.known)
            ELSE format('%s finished: %s in %s s, %s a second', f.unit, s.done - s.done_before,
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
    FROM opened o JOIN task t ON t.id = o.task_id RETURNING task_id
), ended AS (
    SELECT c.chunk_id, c.result, c.task_id, c.name, c.line, CASE
        WHEN NOT c.last OR EXISTS (SELECT FROM chunked k WHERE k.task_id = c.task_id) THEN NULL
        WHEN NOT c.final THEN 'cancelled'
        WHEN {{all_set_aside}} THEN 'failed'
        ELSE 'completed' END AS status
    FROM closed c JOIN tasks t ON t.id = c.task_id
), moved AS (
    UPDATE tasks t SET seq = t.seq + 1,
        status = COALESCE(e.status, t.status),
        result = CASE e.status WHEN 'completed' THEN e.result ELSE t.result END,
        partial = e.status IS NOT DISTINCT FROM 'completed' AND t.set_aside > 0,
        error = CASE e.status WHEN 'failed' THEN {{error}} END,
        completed_at = CASE WHEN e.status IS NOT NULL THEN clock_timestamp() END,
        log_seq = t.log_seq + (e.line IS NOT NULL)::int
    FROM ended e WHERE t.id = e.task_id
    RETURNING e.chunk_id, t.id, t.status, t.log_seq, e.name, e.line, t.error
), logged AS (
    INSERT INTO task_log (task_id, seq, stage, level, message)
    SELECT id, log_seq, name, CASE status WHEN 'failed' THEN 'error' ELSE 'info' END,
           CASE status WHEN 'failed' THEN error->>'detail' WHEN 'cancelled' THEN 'cancelled'
           ELSE line END
    FROM moved WHERE line IS NOT NULL
)
SELECT chunk_id, status,
       (SELECT count(*) FROM chunked k WHERE k.task_id = moved.id) AS opened
FROM moved
"""

ONE = f"""{SUBJECT}, told AS (
    SELECT $1::bigint AS id, $10::int AS run, $11::uuid AS token,
           $12::jsonb AS result, $14::text AS unit
)"""
ALL_SET_ASIDE = f"""t.set_aside > 0
    AND t.set_aside >= (SELECT sum(total) FROM stages m WHERE m.task_id = t.id AND m.kind = 'map')
    AND NOT EXISTS (SELECT {FROZEN} JOIN features f ON f.blob_id = i.blob_id
        AND f.extractor = s.extractor AND f.version = s.extractor_version
        AND f.state <> 'claimed')"""
WHY_FAILED = {
    "code": "all_items_failed",
    "detail": "none of the items could be worked on; the task's log says why for each",
}
FINISH_ONE = FINISH.format(
    told=ONE, may_end="true", all_set_aside=ALL_SET_ASIDE, error="$13::jsonb"
)
"""Of a solo stage or a plan."""
FINISH_RANGE = {
    over: FINISH.format(
        told=ONE,
        may_end=f"NOT EXISTS ({keys})",
        all_set_aside=ALL_SET_ASIDE,
        error="$13::jsonb",
    )
    for over, keys in OPEN.items()
}
"""Of a range, which only ends once each of its keys is saved or set aside."""

MANY = """told AS (
    SELECT *, '' AS unit FROM unnest($1::bigint[], $2::int[], $3::uuid[], $4::jsonb[])
        AS told (id, run, token, result)
)"""
FINISH_MANY = FINISH.format(
    told=MANY,
    may_end="EXISTS (SELECT FROM tasks t WHERE t.id = c.task_id AND t.set_aside = 0)",
    all_set_aside="false",
    error="NULL::jsonb",
)
"""Of solo stages, whose tasks have set nothing aside."""


@dataclass(frozen=True)
class Finished:
    """What the end of a chunk meant for its task."""

    status: str
    opened: int
    """How many chunks became claimable by it."""


@dataclass(frozen=True)
class SoloEnd:
    """The end of a solo stage's chunk, and what it brings."""

    fence: Fence
    result: Mapping[str, Any] | None


class Finishing:
    """Ends of chunks in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def finish(
        self,
        chunk: ClaimedChunk,
        spec: StageSpec,
        result: Mapping[str, Any] | None,
        *,
        extractor: Extractor | None = None,
        connection: PoolConnectionProxy | None = None,
    ) -> Finished | None:
        """Ends a chunk of any kind.

        None where the run has been superseded, and where a key of its range is still open.
        ``extractor`` is whose features its task has, if not its stage.
        """
        fence = chunk.fence
        ranged = spec.over if chunk.kind is ChunkKind.WORK else None
        row = await (connection or self._pool).fetchrow(
            FINISH_RANGE[ranged] if ranged else FINISH_ONE,
            *subject_of(chunk, spec, extractor=extractor),
            fence.run,
            fence.token,
            result,
            WHY_FAILED,
            spec.unit,
        )
        return row and Finished(row["status"], row["opened"])

    async def finish_solos(self, ends: Sequence[SoloEnd]) -> list[Finished | None]:
        """Ends chunks of solo stages in one transaction; the answers are in the order of the ends.

        None where a run has been superseded, or where ``finish`` has to look more closely.
        """
        rows = await self._pool.fetch(
            FINISH_MANY,
            [end.fence.chunk_id for end in ends],
            [end.fence.run for end in ends],
            [end.fence.token for end in ends],
            [end.result for end in ends],
        )
        by_chunk = {row["chunk_id"]: Finished(row["status"], row["opened"]) for row in rows}
        return [by_chunk.get(end.fence.chunk_id) for end in ends]
