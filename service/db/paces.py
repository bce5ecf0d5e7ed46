"""Paces: what stages usually take, learnt from the last tasks of a type."""

from collections import defaultdict
from collections.abc import Mapping

from service.catalog.entry import Entry
from service.db.engine import Database
from service.domain.paces import Pace, Took

LAST_TASKS = 50

TOOK = """
SELECT s.name, COALESCE(CASE s.kind WHEN 'map' THEN s.total ELSE t.size END, 0) AS size,
       EXTRACT(EPOCH FROM s.completed_at - s.started_at)::float8 AS seconds
FROM (SELECT id, size FROM tasks
      WHERE type = $1 AND type_version = $2 AND status = 'completed' AND attempts = 1
      ORDER BY completed_at DESC LIMIT $3) t
JOIN stages s ON s.task_id = t.id
WHERE s.completed_at > s.started_at AND (s.kind = 'solo' OR s.total > 0)
"""

LEARN = """
INSERT INTO paces (type, type_version, stage, fixed_seconds, unit_seconds, spread)
SELECT $1, $2, * FROM unnest($3::text[], $4::float8[], $5::float8[], $6::float8[])
ON CONFLICT (type, type_version, stage) DO UPDATE SET fixed_seconds = excluded.fixed_seconds,
    unit_seconds = excluded.unit_seconds, spread = excluded.spread
"""


class Paces:
    """Paces in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def took(self, entry: Entry) -> Mapping[str, list[Took]]:
        """By stage, what the last tasks of a type took."""
        rows = await self._pool.fetch(TOOK, entry.name, entry.version, LAST_TASKS)
        took: defaultdict[str, list[Took]] = defaultdict(list)
        for row in rows:
            took[row["name"]].append(Took(row["size"], row["seconds"]))
        return took

    async def learn(self, entry: Entry, paces: Mapping[str, Pace]) -> None:
        """Keeps the paces of a type's stages."""
        await self._pool.execute(
            LEARN,
            entry.name,
            entry.version,
            list(paces),
            [pace.fixed_seconds for pace in paces.values()],
            [pace.unit_seconds for pace in paces.values()],
            [pace.spread for pace in paces.values()],
        )
