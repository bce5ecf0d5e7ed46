"""Finds ended tasks of which something is too old to be kept, and forgets it a little at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.domain.keeping import Keeping

FINAL = "t.status IN ('completed', 'failed', 'cancelled')"

LAST_OF_ITS_KIND = """
t.status = 'completed' AND t.type = ANY($1::text[])
AND NOT EXISTS (SELECT FROM datasets d
                WHERE d.id IN (t.dataset_id, t.target_id) AND d.deleted_at IS NOT NULL)
AND t.dataset_id IS NOT NULL
AND NOT EXISTS (
    SELECT FROM tasks n
    WHERE n.dataset_id = t.dataset_id AND n.target_id IS NOT DISTINCT FROM t.target_id
      AND n.type = t.type AND n.params = t.params AND n.status = 'completed'
      AND (n.completed_at, n.id) > (t.completed_at, t.id) AND (t.partial OR NOT n.partial))
"""
"""It may be the fresh result of a version, or what its dataset's page shows; of whole and partial
ones the last whole one too."""

OLD = "t.completed_at < clock_timestamp() - {}::interval"

AGED = f"""
SELECT t.id, t.created_at,
       COALESCE({OLD.format("$2")} AND NOT ({LAST_OF_ITS_KIND}), false) AS task,
       COALESCE({OLD.format("$3")} AND t.result IS NOT NULL
                AND NOT ({LAST_OF_ITS_KIND}), false) AS result,
       COALESCE({OLD.format("$4")}
                AND EXISTS (SELECT FROM task_log l WHERE l.task_id = t.id), false) AS log
FROM tasks t
WHERE {FINAL} AND t.created_at < clock_timestamp() - LEAST($2, $3, $4)
  AND ($5::timestamptz IS NULL OR (t.created_at, t.id) > ($5, $6::uuid))
ORDER BY t.created_at, t.id LIMIT $7
"""

PARTS = {
    "task_log": "p.task_id = ANY($1::uuid[])",
    "task_items": "p.task_id = ANY($1::uuid[])",
    "task_columns": "p.task_id = ANY($1::uuid[])",
    "listed_files": "p.task_id = ANY($1::uuid[])",
    "set_aside": "p.stage_id IN (SELECT id FROM stages WHERE task_id = ANY($1::uuid[]))",
    "chunks": "p.stage_id IN (SELECT id FROM stages WHERE task_id = ANY($1::uuid[]))",
}
"""What a task may have many of; little things go with its row."""

FORGET_PART = """
DELETE FROM {part} WHERE ctid = ANY(ARRAY(
    SELECT p.ctid FROM {part} p WHERE {whose} LIMIT $2 FOR UPDATE SKIP LOCKED))
"""
"""What another worker is forgetting is left to it."""

FORGET_RESULTS = f"""
UPDATE tasks SET result = NULL WHERE id = ANY(ARRAY(
    SELECT t.id FROM tasks t WHERE t.id = ANY($1::uuid[]) AND {FINAL} FOR UPDATE SKIP LOCKED))
"""

FORGET_TASKS = f"""
DELETE FROM tasks WHERE id = ANY(ARRAY(
    SELECT t.id FROM tasks t WHERE t.id = ANY($1::uuid[]) AND {FINAL} FOR UPDATE SKIP LOCKED))
"""


@dataclass(frozen=True)
class Aged:
    """An ended task, and what of it is too old."""

    id: UUID
    created_at: datetime
    task: bool
    result: bool
    log: bool


class Ageing:
    """Retention in PostgreSQL. Nothing that is forgotten can be retried any more."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def aged(
        self, keeping: Keeping, cacheable: Sequence[str], *, after: Aged | None, limit: int
    ) -> list[Aged]:
        """The next ended tasks that are old enough for something, oldest first."""
        rows = await self._pool.fetch(
            AGED,
            list(cacheable),
            keeping.tasks,
            keeping.results,
            keeping.logs,
            after and after.created_at,
            after and after.id,
            limit,
            timeout=LONG_SECONDS,
        )
        return [Aged(**row) for row in rows]

    async def forget_logs(self, ids: Sequence[UUID], *, limit: int) -> None:
        await self._forget("task_log", ids, limit)

    async def forget_results(self, ids: Sequence[UUID], *, limit: int) -> None:
        """First what leads to the items, then they: nobody reads half of them as a whole."""
        await self._pool.execute(FORGET_RESULTS, ids)
        await self._forget("task_items", ids, limit)
        await self._forget("task_columns", ids, limit)

    async def forget_tasks(self, ids: Sequence[UUID], *, limit: int) -> int:
        """With all that is theirs; how many tasks."""
        for part in PARTS:
            await self._forget(part, ids, limit)
        told: str = await self._pool.execute(FORGET_TASKS, ids, timeout=LONG_SECONDS)
        return int(told.split()[-1])

    async def _forget(self, part: str, ids: Sequence[UUID], limit: int) -> None:
        statement = FORGET_PART.format(part=part, whose=PARTS[part])
        while await self._pool.execute(statement, ids, limit, timeout=LONG_SECONDS) != "DELETE 0":
            pass
