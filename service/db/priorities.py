"""Changes priorities: the task's place in the queue at once, then that of its open chunks."""

from uuid import UUID

from service.db.engine import Database
from service.db.task_log import MAX_LOG_LINES
from service.domain.tasks import Priority

BATCH = 1000
"""How many chunks one statement moves, so that none holds many locks for long."""

_CASES = " ".join(
    f"WHEN '{priority}' THEN interval '{priority.head_start.total_seconds():g} seconds'"
    for priority in Priority
)

CHANGE = f"""
WITH old AS (
    SELECT id, priority, CASE priority {_CASES} END AS head_start FROM tasks
    WHERE id = $1 AND status IN ('pending', 'in_progress') FOR NO KEY UPDATE
), changed AS (
    UPDATE tasks t SET priority = $2, start_tag = t.start_tag + old.head_start - $3::interval,
        seq = t.seq + 1, log_seq = t.log_seq + (t.log_seq < {MAX_LOG_LINES})::int
    FROM old WHERE t.id = old.id AND old.priority <> $2
    RETURNING t.id, t.log_seq, old.priority AS old
), logged AS (
    INSERT INTO task_log (task_id, seq, level, message)
    SELECT id, log_seq, 'info', format('%s changed its priority from %s to %s', $4::text, old, $2)
    FROM changed ON CONFLICT DO NOTHING  -- the log is full
)
SELECT id FROM old
"""

FOLLOW = f"""
UPDATE chunks c SET start_tag = t.start_tag
FROM tasks t, (
    SELECT id FROM chunks
    WHERE task_id = $1 AND state IN ('waiting', 'held', 'running')
      AND start_tag <> (SELECT start_tag FROM tasks WHERE id = $1)
    ORDER BY id LIMIT {BATCH} FOR NO KEY UPDATE
) open
WHERE t.id = $1 AND c.id = open.id
RETURNING c.id
"""
"""Whoever opens a stage or cuts it locks the task, so that its chunks come with the new place."""


class Priorities:
    """Priorities in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def change(self, id_: UUID, priority: Priority, by: str) -> bool:
        """Moves an active task; False where it has ended.

        Chunks follow their task: a change that is interrupted is completed by the next.
        """
        values = (id_, priority, priority.head_start, by)
        if await self._pool.fetchval(CHANGE, *values) is None:
            return False
        while await self._pool.fetch(FOLLOW, id_):
            pass
        return True
