"""Forgets items that were removed, once no task needs the version that had them."""

from uuid import UUID

from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.settings import RETRYABLE_DAYS

RETRYABLE = f"interval '{RETRYABLE_DAYS} days'"

BUSY = """
SELECT DISTINCT d.id FROM datasets d JOIN tasks t ON t.dataset_id = d.id OR t.target_id = d.id
WHERE d.deleted_at IS NOT NULL AND t.status IN ('pending', 'in_progress')
"""

FORGET = f"""
DELETE FROM items WHERE id = ANY(ARRAY(
    SELECT i.id FROM items i JOIN datasets d ON d.id = i.dataset_id
    WHERE d.deleted_at < clock_timestamp() - make_interval(secs => $1)
    UNION ALL
    SELECT i.id FROM items i WHERE i.removed_in IS NOT NULL AND NOT EXISTS (
        SELECT FROM tasks t
        WHERE (t.dataset_id = i.dataset_id AND t.dataset_version >= i.added_in
                                           AND t.dataset_version < i.removed_in
            OR t.target_id = i.dataset_id AND t.target_version >= i.added_in
                                          AND t.target_version < i.removed_in)
          AND (t.completed_at IS NULL
               OR t.completed_at > clock_timestamp() - {RETRYABLE} - interval '1 hour'))
    LIMIT $2
))
"""
"""An hour later than a retry is refused, so that none begins while its items are forgotten."""


class Removed:
    """Removed items and deleted datasets in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def busy_datasets(self) -> list[UUID]:
        """Deleted datasets on which tasks are active."""
        return [row["id"] for row in await self._pool.fetch(BUSY, timeout=LONG_SECONDS)]

    async def forget_items(self, grace_seconds: float, *, limit: int) -> int:
        """Deletes a batch of items of deleted datasets and of removed ones; how many."""
        told: str = await self._pool.execute(FORGET, grace_seconds, limit, timeout=LONG_SECONDS)
        return int(told.split()[-1])
