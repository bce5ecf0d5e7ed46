"""Plans map stages: cuts what a stage maps over into chunks, by one INSERT … SELECT."""

from service.catalog.entry import StageSpec
from service.db.chunks import HOLD_FENCE
from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.db.finishing import Finished, Finishing
from service.db.keys import ALL, BYTES, KNOWN, OPEN, SUBJECT, subject_of
from service.db.workers import LEASE
from service.domain.chunks import ClaimedChunk

CHUNKS_A_SLOT = 4
LEAST_CHUNKS = 8
"""Of less than so many full chunks as many smaller ones are made: every slot is busy to the end."""
LEAST_SHARE = 0.25
"""But they have this part of a full one to do at least: what a chunk itself costs would be felt."""
LEAST_CHUNKS_A_SLOT = 2
"""Where so many of that part cannot be made, chunks are smaller: an idle slot is worse."""
LEAST_WEIGHT = 4
"""No chunk is made for less than what so many keys without bytes are."""

CUT = f"""
WITH {{subject}}, keys AS ({{keys}}), weighed AS (
    SELECT k.key, 1 + {{bytes}}::float8 * $11 AS weight FROM keys k
), upto AS (
    SELECT key, sum(weight) OVER (ORDER BY key) - weight AS before FROM weighed
), work AS (
    SELECT sum(weight) AS weight, COALESCE((SELECT sum(slots) FROM workers
        WHERE seen_at > clock_timestamp() - {LEASE}), 1) AS slots
    FROM weighed
), full_chunk AS (
    SELECT LEAST($10::int, GREATEST({LEAST_WEIGHT},
        weight / GREATEST({LEAST_CHUNKS}, {CHUNKS_A_SLOT} * slots),
        LEAST({LEAST_SHARE} * $10::int, weight / ({LEAST_CHUNKS_A_SLOT} * slots)))) AS weight
    FROM work
), ranges AS (
    SELECT min(key) AS first_key, max(key) AS last_key, count(*) AS size
    FROM upto, full_chunk GROUP BY floor(before / full_chunk.weight)
), stage AS (
    SELECT id FROM stages WHERE id = $3 FOR NO KEY UPDATE
), task AS (
    SELECT owner_id, start_tag FROM tasks
    WHERE id = $2 AND (SELECT count(*) FROM stage) >= 0  -- stages are locked before tasks
    FOR NO KEY UPDATE
), cut AS (
    INSERT INTO chunks (task_id, stage_id, owner_id, kind, first_key, last_key, size, start_tag)
    SELECT $2, $3, t.owner_id, 'work', r.first_key, r.last_key, r.size, t.start_tag
    FROM ranges r, task t ORDER BY r.first_key
    RETURNING size
), total AS (
    SELECT count(*) AS chunks, COALESCE(sum(size), 0) AS keys FROM cut
)
UPDATE stages s SET total = t.keys, known = {{known}} - t.keys,
    chunks_open = s.chunks_open + t.chunks, started_at = clock_timestamp()
FROM total t WHERE s.id = $3
RETURNING t.chunks
"""
"""The task is locked, so that the chunks get the priority that it has by now."""


class Planning:
    """Plans in PostgreSQL."""

    def __init__(self, database: Database, finishing: Finishing) -> None:
        self._pool = database.pool
        self._finishing = finishing

    async def plan(self, chunk: ClaimedChunk, spec: StageSpec) -> Finished | None:
        """Cuts the stage and ends its plan in one transaction; None if the run is superseded."""
        assert spec.over is not None  # noqa: S101 - only map stages have plans
        fence = chunk.fence
        async with self._pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(HOLD_FENCE, fence.chunk_id, fence.run, fence.token)
            if held is None:
                return None
            cut = await connection.fetchval(
                CUT.format(
                    subject=SUBJECT,
                    keys=OPEN[spec.over],
                    bytes=BYTES[spec.over],
                    known=KNOWN[spec.over],
                ),
                *subject_of(chunk, spec, within=ALL),
                spec.chunk_size,
                1 / spec.key_bytes if spec.key_bytes else 0.0,
                timeout=LONG_SECONDS,
            )
            finished = await self._finishing.finish(chunk, spec, None, connection=connection)
            return finished and Finished(finished.status, finished.opened + cut)
