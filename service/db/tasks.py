"""Reads and writes tasks; every change of state is one conditional statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from service.catalog.entry import Catalogue, Entry, UnknownTaskType
from service.db.engine import Database
from service.db.gists import gist_of
from service.db.places import PLACE
from service.domain.marks import Mark
from service.domain.paces import Pace
from service.domain.places import Place
from service.domain.stages import Stage, StageKind
from service.domain.tasks import Failure, Priority, Status, Task
from service.domain.users import User

COLUMNS = """
SELECT t.id, t.type, t.dataset_id, t.target_id, t.params, t.status, t.error, t.partial, t.set_aside,
       t.cancel_requested_at IS NOT NULL AND t.completed_at IS NULL AS cancelling,
       t.priority, t.attempts, t.owner_id, u.name AS owner,
       t.created_at, t.started_at, t.completed_at, clock_timestamp() AS read_at,
       t.seq, t.preview_seq, t.log_seq,
       (SELECT jsonb_agg(jsonb_build_array(s.name, s.kind, s.weight, s.total, s.done,
                                           s.started_at, s.completed_at, s.known,
                                           CASE WHEN s.completed_at IS NULL THEN s.marks END,
                                           s.counted_at, p.fixed_seconds, p.unit_seconds,
                                           p.spread) ORDER BY s.position)
        FROM stages s LEFT JOIN paces p ON p.type = t.type AND p.type_version = t.type_version
                                       AND p.stage = s.name
        WHERE s.task_id = t.id) AS stages, t.size,
"""
FROM_TASKS = """
FROM tasks t JOIN users u ON u.id = t.owner_id LEFT JOIN datasets d ON d.id = t.dataset_id
LEFT JOIN datasets o ON o.id = t.target_id
"""
SNAPSHOT = f"{COLUMNS} waits.place {FROM_TASKS} {PLACE}"
LISTED = f"{COLUMNS} NULL AS place {FROM_TASKS}"
"""Without the places of those that wait, which would be counted for every row."""

MAY_SEE = """
($1 OR t.owner_id = $2
 OR (d.visibility = 'everyone' OR d.owner_id = $2)
    AND (t.target_id IS NULL OR o.visibility = 'everyone' OR o.owner_id = $2))
"""
"""Its owner, and who sees all that it is about."""

MAY_SEE_FOUND = """
((t.dataset_id IS NULL
  OR d.deleted_at IS NULL AND ($1 OR d.visibility = 'everyone' OR d.owner_id = $2))
 AND (t.target_id IS NULL
      OR o.deleted_at IS NULL AND ($1 OR o.visibility = 'everyone' OR o.owner_id = $2)))
"""
"""Who sees all that it is about as it is now, whoever has asked for it."""

CANCEL = """
WITH cut AS (
    UPDATE chunks SET state = 'cancelled', finished_at = clock_timestamp()
    WHERE task_id = $1 AND state IN ('waiting', 'held')
    RETURNING stage_id
), closed AS (
    UPDATE stages s SET chunks_open = s.chunks_open - c.n
    FROM (SELECT stage_id, count(*) AS n FROM cut GROUP BY stage_id) c
    WHERE s.id = c.stage_id
    RETURNING s.chunks_open
), asked AS (
    SELECT id, cancel_requested_at IS NULL AS first,
           COALESCE((SELECT sum(chunks_open) FROM closed) = 0, false) AS over
    FROM tasks WHERE id = $1 AND status IN ('pending', 'in_progress')
    FOR NO KEY UPDATE
), cancelled AS (
    UPDATE tasks t SET
        cancel_requested_at = COALESCE(t.cancel_requested_at, clock_timestamp()),
        seq = t.seq + 1, log_seq = t.log_seq + a.first::int,
        status = CASE WHEN a.over THEN 'cancelled' ELSE t.status END,
        completed_at = CASE WHEN a.over THEN clock_timestamp() END
    FROM asked a WHERE t.id = a.id
    RETURNING t.id, t.log_seq, a.first
), logged AS (
    INSERT INTO task_log (task_id, seq, level, message)
    SELECT id, log_seq, 'info', $2 FROM cancelled WHERE first
)
SELECT id FROM cancelled
"""


NEW_VECTORS = """
COALESCE((SELECT e.vectors FROM embeddings e
          WHERE e.dataset_id = tasks.dataset_id AND e.name = tasks.params ->> 'embeddings'
            AND e.published_at IS NOT NULL AND e.id::text <> tasks.result #>> '{embeddings,id}'
          ORDER BY e.published_at DESC LIMIT 1), 0)
"""
"""Those that have replaced the ones that it has worked with."""


@dataclass(frozen=True)
class LastCompleted:
    """The last task of a type that was completed on a dataset, and on what."""

    id: UUID
    version: int
    new_vectors: int
    """How many vectors have replaced those that it has worked with."""
    gist: Mapping[str, float]


class Tasks:
    """Tasks in PostgreSQL."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self._pool = database.pool
        self._catalogue = catalogue

    async def read(self, ids: Sequence[UUID]) -> list[Task]:
        """Snapshots of those that exist, for whoever may see everything."""
        rows = await self._pool.fetch(f"{SNAPSHOT} WHERE t.id = ANY($1::uuid[])", list(ids))
        return [self._task(row) for row in rows]

    async def find(self, id_: UUID, user: User) -> Task | None:
        """The snapshot of a task that the user may see."""
        row = await self._pool.fetchrow(
            f"{SNAPSHOT} WHERE t.id = $3 AND {MAY_SEE}", user.admin, user.id, id_
        )
        return None if row is None else self._task(row)

    async def page(
        self,
        user: User,
        *,
        dataset_id: UUID | None,
        type_: str | None,
        status: Status | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Task]:
        """Newest first, those that the user may see."""
        before_time, before_id = before or (None, None)
        rows = await self._pool.fetch(
            f"""{LISTED} WHERE {MAY_SEE}
            AND ($3::uuid IS NULL OR t.dataset_id = $3) AND ($4::text IS NULL OR t.type = $4)
            AND ($5::text IS NULL OR t.status = $5)
            AND ($6::timestamptz IS NULL OR (t.created_at, t.id) < ($6, $7))
            ORDER BY t.created_at DESC, t.id DESC LIMIT $8""",
            user.admin,
            user.id,
            dataset_id,
            type_,
            status,
            before_time,
            before_id,
            limit,
        )
        return [self._task(row) for row in rows]

    async def active(self, user: User, limit: int) -> list[Task]:
        """Active tasks that the user may see, those that run and the newest first."""
        rows = await self._pool.fetch(
            f"""{LISTED} WHERE t.status IN ('pending', 'in_progress') AND {MAY_SEE}
            ORDER BY t.status, t.created_at DESC, t.id DESC LIMIT $3""",
            user.admin,
            user.id,
            limit,
        )
        return [self._task(row) for row in rows]

    async def visible(self, ids: Sequence[UUID], user: User) -> set[UUID]:
        """Which of some tasks the user may see."""
        rows = await self._pool.fetch(
            f"SELECT t.id {FROM_TASKS} WHERE t.id = ANY($3::uuid[]) AND {MAY_SEE}",
            user.admin,
            user.id,
            list(ids),
        )
        return {row["id"] for row in rows}

    async def shows(self, id_: UUID, user: User) -> bool:
        """Whether the user may see what a task has found, now."""
        return bool(
            await self._pool.fetchval(
                f"SELECT {MAY_SEE_FOUND} {FROM_TASKS} WHERE t.id = $3", user.admin, user.id, id_
            )
        )

    async def seqs(self, ids: Sequence[UUID], *, active: bool) -> dict[UUID, int]:
        """How far some tasks are, and all active ones if asked for."""
        rows = await self._pool.fetch(
            """SELECT id, seq FROM tasks WHERE id = ANY($1::uuid[])
            UNION SELECT id, seq FROM tasks WHERE $2 AND status IN ('pending', 'in_progress')""",
            list(ids),
            active,
        )
        return {row["id"]: row["seq"] for row in rows}

    async def active_on(self, dataset_ids: Sequence[UUID]) -> list[Task]:
        """Active tasks on datasets, newest first."""
        rows = await self._pool.fetch(
            f"""{LISTED} WHERE t.status IN ('pending', 'in_progress')
            AND (t.dataset_id = ANY($1::uuid[]) OR t.target_id = ANY($1::uuid[]))
            ORDER BY t.created_at DESC, t.id DESC""",
            list(dataset_ids),
        )
        return [self._task(row) for row in rows]

    async def newest_completed(self, dataset_id: UUID, type_: str) -> LastCompleted | None:
        row = await self._pool.fetchrow(
            f"""SELECT id, dataset_version AS version, {NEW_VECTORS} AS new_vectors,
                       {gist_of(type_)} AS gist FROM tasks
            WHERE dataset_id = $1 AND type = $2 AND status = 'completed'
            ORDER BY completed_at DESC LIMIT 1""",
            dataset_id,
            type_,
        )
        return row and LastCompleted(
            row["id"], row["version"], row["new_vectors"], row["gist"] or {}
        )

    async def cancel(self, id_: UUID, why: str) -> bool:
        """Cuts what waits and flags what runs; False where the task had ended already."""
        return await self._pool.fetchval(CANCEL, id_, why) is not None

    async def result(self, id_: UUID) -> Mapping[str, Any] | None:
        return await self._pool.fetchval("SELECT result FROM tasks WHERE id = $1", id_)

    async def items(
        self, id_: UUID, *, kind: str, after: tuple[float, int] | None, limit: int
    ) -> list[asyncpg.Record]:
        """What a task says of items, worst first."""
        score, item_id = after or (None, None)
        return await self._pool.fetch(
            """SELECT r.item_id, i.path, b.sha256, r.kind, r.score, r.data
            FROM task_items r JOIN items i ON i.id = r.item_id JOIN blobs b ON b.id = i.blob_id
            WHERE r.task_id = $1 AND r.kind = $2
              AND ($3::float8 IS NULL OR (r.score, r.item_id) > ($3, $4))
            ORDER BY r.score, r.item_id LIMIT $5""",
            id_,
            kind,
            score,
            item_id,
            limit,
        )

    async def previews(self, id_: UUID) -> list[Mapping[str, Any]]:
        """The mergeable counts of every worker."""
        rows = await self._pool.fetch("SELECT counts FROM previews WHERE task_id = $1", id_)
        return [row["counts"] for row in rows]

    def _task(self, row: asyncpg.Record) -> Task:
        facts: dict[str, Any] = dict(row)
        entry = self._entry(facts["type"])
        error = facts["error"]
        facts |= {
            "status": Status(facts["status"]),
            "priority": Priority(facts["priority"]),
            "error": None if error is None else Failure(**error),
            "place": None if facts["place"] is None else Place(*facts["place"]),
            "mapped": bool(entry and entry.columns),
            "stages": tuple(_stage(entry, *told) for told in facts["stages"]),
        }
        return Task(**facts)

    def _entry(self, type_: str) -> Entry | None:
        """None for a type that only an older release knew."""
        try:
            return self._catalogue.entry(type_)
        except UnknownTaskType:
            return None


def _stage(
    entry: Entry | None,
    name: str,
    kind: str,
    weight: float,
    total: int | None,
    done: int,
    started_at: str | None,
    completed_at: str | None,
    known: int,
    marks: Sequence[float] | None,
    counted_at: str | None,
    *pace: float | None,
) -> Stage:
    spec = entry.stage(name) if entry else None
    return Stage(
        name=name,
        title=spec.title if spec else name,
        kind=StageKind(kind),
        unit=spec.unit if spec else "",
        weight=weight,
        total=total,
        done=done,
        known=known,
        started_at=_time(started_at),
        completed_at=_time(completed_at),
        marks=_marks(marks or ()),
        counted_at=_time(counted_at),
        pace=_pace(*pace),
    )


def _marks(told: Sequence[float]) -> tuple[Mark, ...]:
    return tuple(Mark(s, int(done)) for s, done in zip(told[::2], told[1::2], strict=True))


def _time(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _pace(fixed: float | None, unit: float | None, spread: float | None) -> Pace | None:
    return None if fixed is None or unit is None or spread is None else Pace(fixed, unit, spread)
