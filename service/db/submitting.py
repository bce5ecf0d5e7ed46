"""Submitting: inserts tasks unless something answers already, up to so many active ones a user."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from service.catalog.entry import Entry, StageSpec
from service.db.engine import Database
from service.domain.stages import SOLO_TOTAL, Stage, StageKind
from service.domain.tasks import Priority, Status, Task
from service.domain.users import User

REMEMBERED = "interval '24 hours'"
"""How long a key is answered with the same task."""

LOCK_OWNER = "SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE"
"""Held while a user's active tasks are counted and one is added; before every other lock."""

ACTIVE_OF_OWNER = """
    SELECT count(*) FROM tasks WHERE owner_id = $6 AND status IN ('pending', 'in_progress')
"""

SUBMIT = f"""
WITH remembered AS (
    SELECT task_id AS id, outcome, request = $18::bytea AS same FROM idempotency_keys
    WHERE user_id = $6 AND key = $17::text AND created_at > clock_timestamp() - {REMEMBERED}
), subject AS (
    SELECT id, version, items, kind FROM datasets
    WHERE id = $7 AND deleted_at IS NULL AND (owner_id = $6 OR visibility = 'everyone' OR $16)
), target AS (
    SELECT id, version, items, kind FROM datasets
    WHERE id = $8 AND deleted_at IS NULL AND (owner_id = $6 OR visibility = 'everyone' OR $16)
), found AS (
    SELECT 1 WHERE ($7::uuid IS NULL OR EXISTS (SELECT FROM subject))
               AND ($8::uuid IS NULL OR EXISTS (SELECT FROM target))
               AND NOT EXISTS (SELECT FROM remembered)
), welcome AS (
    SELECT 1 FROM found WHERE NOT EXISTS (
        SELECT FROM (TABLE subject UNION ALL TABLE target) subjects
        WHERE kind <> ALL($20::text[]) OR kind <> (SELECT kind FROM subject))
), room AS (
    SELECT 1 WHERE $19::int = 0 OR $19 > ({ACTIVE_OF_OWNER})
), active AS (
    SELECT id FROM tasks
    WHERE scope = $4 AND fingerprint = $5 AND status IN ('pending', 'in_progress')
      AND EXISTS (SELECT FROM welcome)
), cached AS (
    SELECT id FROM tasks
    WHERE $12 AND scope = $4 AND fingerprint = $5 AND status = 'completed' AND NOT partial
      AND result IS NOT NULL
      AND dataset_version IS NOT DISTINCT FROM (SELECT version FROM subject)
      AND target_version IS NOT DISTINCT FROM (SELECT version FROM target)
      AND EXISTS (SELECT FROM welcome) AND NOT EXISTS (SELECT FROM active)
    ORDER BY completed_at DESC LIMIT 1
), created AS (
    INSERT INTO tasks (id, type, type_version, scope, fingerprint, owner_id, dataset_id,
                       dataset_version, target_id, target_version, params, priority,
                       start_tag, size)
    SELECT $1, $2, $3, $4, $5, $6, $7, (SELECT version FROM subject),
           $8, (SELECT version FROM target), $9, $10,
           now() - $11::interval,
           (SELECT sum(items) FROM (TABLE subject UNION ALL TABLE target) subjects)
    FROM welcome, room WHERE NOT EXISTS (SELECT FROM active) AND NOT EXISTS (SELECT FROM cached)
    ON CONFLICT (scope, fingerprint) WHERE status IN ('pending', 'in_progress') DO NOTHING
    RETURNING id, created_at, size
), staged AS (
    INSERT INTO stages (task_id, position, name, kind, weight, total, chunks_open)
    SELECT created.id, n - 1, name, kind, weight,
           CASE kind WHEN 'solo' THEN {SOLO_TOTAL} END, CASE n WHEN 1 THEN 1 ELSE 0 END
    FROM created, unnest($13::text[], $14::text[], $15::float8[])
         WITH ORDINALITY AS declared (name, kind, weight, n)
    RETURNING id, task_id, position, kind
), chunked AS (
    INSERT INTO chunks (task_id, stage_id, owner_id, kind, size, start_tag)
    SELECT task_id, id, $6, CASE kind WHEN 'map' THEN 'plan' ELSE 'work' END,
           CASE kind WHEN 'map' THEN 0 ELSE {SOLO_TOTAL} END, now() - $11::interval
    FROM staged WHERE position = 0
), answered AS (
    SELECT 'created' AS outcome, id, created_at, size FROM created
    UNION ALL SELECT 'active', id, NULL, NULL FROM active
    UNION ALL SELECT 'cached', id, NULL, NULL FROM cached
), kept AS (
    INSERT INTO idempotency_keys (user_id, key, request, task_id, outcome)
    SELECT $6, $17, $18, id, outcome FROM answered WHERE $17 IS NOT NULL
    ON CONFLICT (user_id, key) DO UPDATE  -- it is too old to be remembered
        SET request = excluded.request, task_id = excluded.task_id, outcome = excluded.outcome,
            created_at = excluded.created_at
)
SELECT outcome, id, created_at, size FROM answered
UNION ALL SELECT CASE WHEN same THEN outcome ELSE 'reused' END, id, NULL, NULL FROM remembered
UNION ALL SELECT 'missing', NULL, NULL, NULL
    WHERE NOT EXISTS (SELECT FROM found) AND NOT EXISTS (SELECT FROM remembered)
UNION ALL SELECT 'unfit', NULL, NULL, NULL FROM found WHERE NOT EXISTS (SELECT FROM welcome)
UNION ALL SELECT 'full', NULL, NULL, NULL FROM welcome
    WHERE NOT EXISTS (SELECT FROM room)
      AND NOT EXISTS (SELECT FROM active) AND NOT EXISTS (SELECT FROM cached)
"""

AT_ONCE = 32
"""How many submissions of one user may be under way in all web processes together. From so many
below the limit on, they wait for each other, so that the limit holds."""

FORGET_KEYS = f"DELETE FROM idempotency_keys WHERE created_at < clock_timestamp() - {REMEMBERED}"


@dataclass(frozen=True)
class RequestKey:
    """What a client calls a request, and the SHA-256 of what it asks for."""

    key: str
    request: bytes


@dataclass(frozen=True)
class NewTask:
    """What is inserted, if nothing equal is active or answered already."""

    id: UUID
    entry: Entry
    scope: UUID
    fingerprint: bytes
    user: User
    dataset_id: UUID | None
    target_id: UUID | None
    params: Mapping[str, Any]
    priority: Priority
    reuse: bool
    """Whether a completed task on the same versions may answer."""
    request_key: RequestKey | None = None

    def pending(self, created_at: datetime, size: int | None) -> Task:
        """As it stands once it is inserted, without its place among others."""
        return Task(
            id=self.id,
            type=self.entry.name,
            dataset_id=self.dataset_id,
            target_id=self.target_id,
            params=self.params,
            status=Status.PENDING,
            stages=tuple(_pending(spec) for spec in self.entry.stages),
            error=None,
            partial=False,
            set_aside=0,
            cancelling=False,
            priority=self.priority,
            attempts=0,
            owner_id=self.user.id,
            owner=self.user.name,
            place=None,
            created_at=created_at,
            started_at=None,
            completed_at=None,
            read_at=created_at,
            seq=1,
            preview_seq=0,
            log_seq=0,
            size=size,
            mapped=bool(self.entry.columns),
        )


@dataclass(frozen=True)
class Answered:
    """What answers a submission: a task that was there, or the one that was created."""

    outcome: str
    """'created', 'active', 'cached', 'reused', 'missing', 'unfit' or 'full'; see ``submit``."""
    id: UUID | None
    created: Task | None = None


class Submitting:
    """Submissions in PostgreSQL."""

    def __init__(self, database: Database, max_active: int) -> None:
        self._pool = database.pool
        self.max_active = max_active
        """How many active tasks a user may have; 0 is no limit."""

    async def submit(self, new: NewTask) -> Answered:
        """'created', 'active' or 'cached' with an id; for a known key, the first answer again.

        'reused' where the key was used for something else; without an id, 'full' where the user has
        as many active tasks as a user may, 'missing' where a subject is missing or hidden, and
        'unfit' where it is of a kind that the type is not for, or its target of another.
        """
        if new.request_key is None and self._most_unlocked is not None:
            row = await self._pool.fetchrow(SUBMIT, *self._values(new, self._most_unlocked))
            if row is not None and row["outcome"] != "full":
                return _answered(new, row)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK_OWNER, new.user.id)
            while True:
                row = await connection.fetchrow(SUBMIT, *self._values(new, self.max_active))
                if row is not None:  # else an equal insert won the race: it is active now
                    return _answered(new, row)

    @property
    def _most_unlocked(self) -> int | None:
        """Up to how many active tasks a user's submissions need not wait for each other."""
        if not self.max_active:
            return 0
        return self.max_active - AT_ONCE if self.max_active > AT_ONCE else None

    async def forget_keys(self) -> None:
        """Deletes keys that are too old to be answered."""
        await self._pool.execute(FORGET_KEYS)

    def _values(self, new: NewTask, most: int) -> tuple[object, ...]:
        stages, key = new.entry.stages, new.request_key
        return (
            new.id,
            new.entry.name,
            new.entry.version,
            new.scope,
            new.fingerprint,
            new.user.id,
            new.dataset_id,
            new.target_id,
            new.params,
            new.priority,
            new.priority.head_start,
            new.reuse,
            [stage.name for stage in stages],
            [stage.kind for stage in stages],
            [stage.weight for stage in stages],
            new.user.admin,
            key and key.key,
            key and key.request,
            most,
            list(new.entry.kinds),
        )


def _answered(new: NewTask, row: asyncpg.Record) -> Answered:
    outcome, id_, created_at, size = row
    created = None if created_at is None else new.pending(created_at, size)
    return Answered(outcome, id_, created)


def _pending(spec: StageSpec) -> Stage:
    return Stage(
        name=spec.name,
        title=spec.title,
        kind=spec.kind,
        unit=spec.unit,
        weight=spec.weight,
        total=SOLO_TOTAL if spec.kind is StageKind.SOLO else None,
        done=0,
        started_at=None,
        completed_at=None,
    )
