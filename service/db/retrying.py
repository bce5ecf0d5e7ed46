"""Reopens tasks that have ended: what is saved stays, the rest goes back to waiting, at once."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.db.removed import RETRYABLE
from service.db.submitting import LOCK_OWNER
from service.domain.stages import SOLO_TOTAL
from service.domain.tasks import Priority

STANDING = f"""
SELECT t.status, t.partial, t.type, t.type_version, t.priority,
    t.completed_at < clock_timestamp() - {RETRYABLE} AS too_old,
    EXISTS (SELECT FROM datasets d
            WHERE d.id IN (t.dataset_id, t.target_id) AND d.deleted_at IS NOT NULL) AS deleted,
    t.params ? 'upload' AND NOT EXISTS (SELECT FROM uploads u WHERE u.task_id = t.id)
        AND EXISTS (SELECT FROM stages s WHERE s.task_id = t.id AND s.position = 0
                    AND s.completed_at IS NULL) AS upload_gone,
    (SELECT a.id FROM tasks a WHERE a.scope = t.scope AND a.fingerprint = t.fingerprint
        AND a.status IN ('pending', 'in_progress') AND a.id <> t.id) AS twin,
    (SELECT count(*) FROM tasks a
        WHERE a.owner_id = t.owner_id AND a.status IN ('pending', 'in_progress')) AS active
FROM tasks t WHERE t.id = $1 FOR NO KEY UPDATE OF t
"""
"""The task of an ended task may be locked first: nobody locks chunks or stages of it any more."""

NOT_BEGUN = """started_at = NULL, completed_at = NULL,
    marks = '{}', counted_at = NULL"""

REOPEN = f"""
WITH first AS (
    SELECT s.* FROM stages s
    WHERE s.task_id = $1 AND (s.completed_at IS NULL
        OR EXISTS (SELECT FROM chunks c
                   WHERE c.stage_id = s.id AND c.state IN ('cancelled', 'failed'))
        OR s.kind = 'map' AND EXISTS (SELECT FROM set_aside a WHERE a.stage_id = s.id))
    ORDER BY s.position LIMIT 1
), later AS (
    SELECT s.id FROM stages s JOIN first f USING (task_id) WHERE s.position > f.position
), undone AS (
    SELECT c.id, counted.done AS counted,
           CASE f.kind WHEN 'solo' THEN 0 ELSE GREATEST(counted.done - aside.keys, 0) END AS done
    FROM first f JOIN chunks c ON c.stage_id = f.id
    CROSS JOIN LATERAL (
        SELECT count(*) AS keys FROM set_aside a
        WHERE f.kind = 'map' AND c.kind = 'work' AND a.stage_id = f.id
          AND a.key BETWEEN c.first_key AND c.last_key
    ) aside
    CROSS JOIN LATERAL (
        SELECT CASE c.state WHEN 'done' THEN c.size ELSE c.done END AS done
    ) counted
    WHERE c.state IN ('cancelled', 'failed') OR aside.keys > 0
), tag AS (
    SELECT now() - $2::interval AS start_tag
), waiting AS (
    UPDATE chunks c SET state = 'waiting', attempts = 0, done = u.done, start_tag = tag.start_tag,
        worker_id = NULL, token = NULL, lease_until = NULL, held_until = NULL,
        started_at = NULL, finished_at = NULL
    FROM undone u, tag WHERE c.id = u.id
), begun AS (
    INSERT INTO chunks (task_id, stage_id, owner_id, kind, size, start_tag)
    SELECT f.task_id, f.id, t.owner_id, CASE f.kind WHEN 'map' THEN 'plan' ELSE 'work' END,
           CASE f.kind WHEN 'map' THEN 0 ELSE {SOLO_TOTAL} END, tag.start_tag
    FROM first f JOIN tasks t ON t.id = f.task_id, tag WHERE NOT EXISTS (SELECT FROM undone)
), dropped AS (
    DELETE FROM chunks WHERE stage_id IN (SELECT id FROM later)
), tried_again AS (
    DELETE FROM set_aside
    WHERE stage_id IN (SELECT id FROM later UNION ALL SELECT id FROM first)
    RETURNING key
), unsaid AS (
    DELETE FROM task_items WHERE task_id = (SELECT task_id FROM first)
), unmapped AS (
    DELETE FROM task_columns WHERE task_id = (SELECT task_id FROM first)
), counts AS (
    SELECT count(*) AS chunks, COALESCE(sum(counted - done), 0) AS keys FROM undone
), staged AS (
    UPDATE stages s SET chunks_open = GREATEST(n.chunks, 1), done = s.done - n.keys,
        done_before = s.done - n.keys, {NOT_BEGUN}
    FROM first f, counts n WHERE s.id = f.id
), reset AS (
    UPDATE stages s SET chunks_open = 0, done = 0, done_before = 0, known = 0,
        total = CASE s.kind WHEN 'solo' THEN s.total END, {NOT_BEGUN}
    WHERE s.id IN (SELECT id FROM later)
), reopened AS (
    UPDATE tasks t SET status = 'pending', completed_at = NULL, cancel_requested_at = NULL,
        error = NULL, partial = false, start_tag = tag.start_tag,
        set_aside = t.set_aside - (SELECT count(*) FROM tried_again),
        seq = t.seq + 1, log_seq = t.log_seq + 1
    FROM first f, tag WHERE t.id = f.task_id
    RETURNING t.id, t.log_seq
), logged AS (
    INSERT INTO task_log (task_id, seq, level, message)
    SELECT id, log_seq, 'info', $3 FROM reopened
)
SELECT GREATEST(chunks, 1) FROM counts WHERE EXISTS (SELECT FROM reopened)
"""
"""From the first stage that is not done, or has set something aside; the later ones start anew."""


@dataclass(frozen=True)
class Standing:
    """Why an ended task may not be retried, or that it may."""

    status: str
    partial: bool
    type: str
    type_version: int
    priority: str
    too_old: bool | None
    """Items of its version may be forgotten by now; None while it is active."""
    deleted: bool
    """One of its datasets."""
    upload_gone: bool
    """What its first stage still has to read."""
    twin: UUID | None
    """An active task that is equal."""
    active: int
    """How many tasks of its owner are."""


class Retrying:
    """Retries in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def retry(
        self, id_: UUID, owner_id: UUID, line: str, check: Callable[[Standing], None]
    ) -> int:
        """Reopens a task and writes the line; how many chunks wait now, 0 where none would.

        ``check`` raises where its standing forbids it.
        """
        while True:
            try:
                return await self._retry(id_, owner_id, line, check)
            except asyncpg.UniqueViolationError:
                continue  # an equal task was submitted meanwhile: it is active now

    async def _retry(
        self, id_: UUID, owner_id: UUID, line: str, check: Callable[[Standing], None]
    ) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_OWNER, owner_id)
            row = await connection.fetchrow(STANDING, id_)
            if row is None:
                return 0
            check(Standing(**row))
            head_start = Priority(row["priority"]).head_start
            return (
                await connection.fetchval(REOPEN, id_, head_start, line, timeout=LONG_SECONDS) or 0
            )
