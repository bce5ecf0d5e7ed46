"""Knows which bytes are stored, who may see them, and which nobody points to any more."""

from collections.abc import Awaitable, Callable, Sequence

from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.domain.datasets import NewItem
from service.domain.users import User

RESERVE = """
INSERT INTO blobs (sha256, size_bytes)
SELECT DISTINCT ON (sha256) sha256, size_bytes
FROM unnest($1::bytea[], $2::bigint[]) AS told (sha256, size_bytes) ORDER BY sha256
ON CONFLICT (sha256) DO UPDATE SET orphaned_at = NULL WHERE blobs.orphaned_at IS NOT NULL
"""

VISIBLE = """
SELECT b.size_bytes FROM blobs b
JOIN items i ON i.blob_id = b.id JOIN datasets d ON d.id = i.dataset_id
WHERE b.sha256 = $1 AND d.deleted_at IS NULL
  AND ($2 OR d.owner_id = $3 OR d.visibility = 'everyone') LIMIT 1
"""

UNMARK = """
UPDATE blobs SET orphaned_at = NULL
WHERE orphaned_at IS NOT NULL AND EXISTS (SELECT FROM items WHERE blob_id = blobs.id)
"""

MARK = """
UPDATE blobs SET orphaned_at = clock_timestamp()
WHERE orphaned_at IS NULL AND NOT EXISTS (SELECT FROM items WHERE blob_id = blobs.id)
"""

COLLECT = """
DELETE FROM blobs WHERE id = ANY(ARRAY(
    SELECT id FROM blobs WHERE orphaned_at < clock_timestamp() - make_interval(secs => $1)
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
  AND NOT EXISTS (SELECT FROM items WHERE blob_id = blobs.id)
RETURNING sha256
"""


class Blobs:
    """Blobs in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def reserve(self, new: Sequence[NewItem]) -> None:
        """Keeps blobs from being collected for the time of grace, so that items can point to them.

        To be committed before the bytes are put into storage: a collection that is under way has
        removed the old bytes by then, and the next one waits for the time of grace.
        """
        hashes = [item.sha256 for item in new]
        await self._pool.execute(RESERVE, hashes, [item.size_bytes for item in new])

    async def visible(self, sha256: bytes, user: User) -> bool:
        """Whether an item that the user may see points to the blob."""
        return await self._pool.fetchval(VISIBLE, sha256, user.admin, user.id) is not None

    async def mark_orphans(self) -> None:
        """Starts the time of grace of blobs that no item points to; ends that of the others."""
        await self._pool.execute(UNMARK, timeout=LONG_SECONDS)
        await self._pool.execute(MARK, timeout=LONG_SECONDS)

    async def collect(
        self,
        *,
        grace_seconds: float,
        limit: int,
        remove: Callable[[Sequence[str]], Awaitable[None]],
    ) -> int:
        """Forgets blobs whose time of grace is over, after ``remove`` has removed their bytes.

        The rows are locked meanwhile: whoever brings the same bytes back waits until they are gone.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(COLLECT, grace_seconds, limit, timeout=LONG_SECONDS)
            await remove([row["sha256"].hex() for row in rows])
            return len(rows)
