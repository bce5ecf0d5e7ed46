"""Reads the lines of tasks' logs; most are written by the statement that they tell of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.db.engine import Database

MAX_LOG_LINES = 10_000
"""What may go on for ever writes no more than so many; starts and ends are always told."""

APPEND = f"""
WITH numbered AS (
    UPDATE tasks SET log_seq = log_seq + 1, seq = seq + 1
    WHERE id = $1 AND log_seq < {MAX_LOG_LINES}
    RETURNING log_seq
)
INSERT INTO task_log (task_id, seq, stage, level, message, private)
SELECT $1, log_seq, $2, $3, $4, $5 FROM numbered
"""


@dataclass(frozen=True)
class LogLine:
    """A line of a task's log."""

    seq: int
    time: datetime
    stage: str | None
    level: str
    message: str


class TaskLog:
    """Logs in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def read(self, task_id: UUID, *, after: int, limit: int, private: bool) -> list[LogLine]:
        """Lines after a number, oldest first; ``private`` ones only for those who may see them."""
        rows = await self._pool.fetch(
            """SELECT seq, time, stage, level, message FROM task_log
            WHERE task_id = $1 AND seq > $2 AND ($4 OR NOT private) ORDER BY seq LIMIT $3""",
            task_id,
            after,
            limit,
            private,
        )
        return [LogLine(**row) for row in rows]
