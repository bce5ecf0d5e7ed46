"""Writes what runs have made, all slots of a worker in one fenced transaction."""

from collections.abc import Sequence
from uuid import UUID

from service.db.aside_lines import tell_aside
from service.db.engine import Database
from service.db.save_writers import Writing, run_of
from service.domain.marks import LEAST_APART_SECONDS, MOST_APART_SECONDS, MOST_MARKS
from service.domain.saves import FractionSave, PreviewSave, Save, Saved

FENCE = """
SELECT c.id, c.run, c.task_id, c.stage_id, t.dataset_id
FROM chunks c JOIN tasks t ON t.id = c.task_id
JOIN unnest($1::bigint[], $2::int[], $3::uuid[]) AS told (id, run, token)
    ON told.id = c.id AND told.run = c.run AND told.token = c.token
WHERE c.state = 'running' ORDER BY c.id FOR NO KEY UPDATE OF c
"""

LONGEST_PAUSE_SECONDS = 60.0
"""A stage that nobody worked on for longer is not slower for it."""

MARKS = f"""
SELECT kept.marks[GREATEST(cardinality(kept.marks) - {2 * MOST_MARKS - 3}, 1):]
       || ARRAY[now.seconds, s.done + c.more]
FROM (SELECT CASE s.marks WHEN '{{}}' THEN ARRAY[0, s.done]::float8[] ELSE s.marks END AS marks) was
CROSS JOIN LATERAL (
    SELECT was.marks[cardinality(was.marks) - 1] AS last,
           was.marks[cardinality(was.marks) - 3] AS before
) mark
CROSS JOIN LATERAL (
    SELECT CASE WHEN mark.last - mark.before < LEAST(GREATEST(
                    mark.last / {MOST_MARKS}, {LEAST_APART_SECONDS}), {MOST_APART_SECONDS})
                THEN was.marks[:cardinality(was.marks) - 2] ELSE was.marks END AS marks
) kept
CROSS JOIN LATERAL (
    SELECT mark.last + round(LEAST(GREATEST(EXTRACT(EPOCH FROM
        c.now - COALESCE(s.counted_at, s.started_at, c.now)), 0),
        {LONGEST_PAUSE_SECONDS}), 3)::float8 AS seconds
) now
"""
"""The last mark is always the newest; it stays once it is far enough from the one before."""

COUNT = f"""
WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[])
        AS told (chunk_id, added, thousandths, aside, previews)
), counted AS (
    UPDATE chunks c SET attempts = CASE WHEN told.added > 0 THEN 0 ELSE c.attempts END,
        done = LEAST(c.size, CASE WHEN told.thousandths >= 0
                             THEN GREATEST(c.done, told.thousandths) ELSE c.done + told.added END)
    FROM told, chunks before
    WHERE c.id = told.chunk_id AND before.id = c.id
    RETURNING c.stage_id, c.task_id, c.done - before.done AS more, told.aside, told.previews
), staged AS (
    UPDATE stages s SET done = s.done + c.more, counted_at = c.now, marks = ({MARKS})
    FROM (SELECT stage_id, sum(more)::bigint AS more, clock_timestamp() AS now
          FROM counted GROUP BY stage_id) c
    WHERE s.id = c.stage_id
    RETURNING s.id
)
UPDATE tasks t SET seq = t.seq + 1, set_aside = t.set_aside + c.aside,
    preview_seq = t.preview_seq + c.previews
FROM (SELECT task_id, sum(aside) AS aside, max(previews) AS previews FROM counted
      WHERE (SELECT count(*) FROM staged) >= 0 GROUP BY task_id) c
WHERE t.id = c.task_id
RETURNING t.id
"""


class Saves:
    """The saver's transaction."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def save(self, worker_id: UUID, batch: Sequence[Save]) -> Saved:
        """Writes a batch and counts it: chunk, stage and task move together or not at all."""
        fences = sorted({save.fence for save in batch}, key=lambda fence: fence.chunk_id)
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                FENCE,
                [fence.chunk_id for fence in fences],
                [fence.run for fence in fences],
                [fence.token for fence in fences],
            )
            live = {(row["id"], row["run"]): row for row in rows}
            kept = [save for save in batch if run_of(save) in live]
            writing = Writing(connection, worker_id, live)
            await writing.write(kept)
            tasks = await _count(writing, kept)
            await tell_aside(writing)
        refused = frozenset(f for f in fences if (f.chunk_id, f.run) not in live)
        return Saved(tasks, refused)


async def _count(writing: Writing, batch: Sequence[Save]) -> list[UUID]:
    """Moves chunks, stages and tasks by what was written; the ids of the tasks."""
    fractions = {s.fence.chunk_id: s.thousandths for s in batch if isinstance(s, FractionSave)}
    previews = {s.fence.chunk_id for s in batch if isinstance(s, PreviewSave)}
    ids = sorted({save.fence.chunk_id for save in batch})
    if not ids:
        return []
    rows = await writing.connection.fetch(
        COUNT,
        ids,
        [writing.added[id_] for id_ in ids],
        [fractions.get(id_, -1) for id_ in ids],
        [writing.aside[id_] for id_ in ids],
        [int(id_ in previews) for id_ in ids],
    )
    return [row["id"] for row in rows]
