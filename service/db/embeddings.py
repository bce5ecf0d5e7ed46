"""Keeps vectors that somebody has brought, by blob: equal bytes have one vector."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from service.db.chunks import HOLD_FENCE
from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.domain.chunks import Fence
from service.domain.embeddings import Embeddings

BEGIN = """
INSERT INTO embeddings (id, dataset_id, name) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING
"""

ADD = """
WITH known AS (
    SELECT told.path, told.vector, i.blob_id
    FROM unnest($3::text[], $4::bytea[]) AS told (path, vector) CROSS JOIN LATERAL (
        SELECT blob_id FROM items
        WHERE dataset_id = $2 AND path = told.path AND removed_in IS NULL LIMIT 1
    ) i
), kept AS (
    INSERT INTO embedding_vectors (embedding_id, blob_id, vector)
    SELECT DISTINCT ON (blob_id) $1::uuid, blob_id, vector FROM known ORDER BY blob_id, path
    ON CONFLICT (embedding_id, blob_id) DO NOTHING
)
SELECT path FROM known
"""

PUBLISH = """
WITH counted AS (
    SELECT count(*) AS vectors FROM embedding_vectors WHERE embedding_id = $1
), mine AS (
    UPDATE embeddings e SET dimensions = $2, vectors = counted.vectors,
        published_at = coalesce(e.published_at, clock_timestamp())
    FROM counted WHERE e.id = $1 RETURNING e.dataset_id, e.name, e.vectors
), replaced AS (
    DELETE FROM embeddings e USING mine
    WHERE e.dataset_id = mine.dataset_id AND e.name = mine.name
      AND e.id <> $1 AND e.published_at IS NOT NULL
)
SELECT vectors FROM mine
"""

PUBLISHED = """
SELECT id, name, dimensions, vectors, published_at AS created_at FROM embeddings
WHERE dataset_id = $1 AND published_at IS NOT NULL
"""

FORGET = """
DELETE FROM embeddings e USING datasets d WHERE d.id = e.dataset_id AND (
    d.deleted_at < clock_timestamp() - interval '1 hour'
    OR e.published_at IS NULL AND NOT EXISTS (
        SELECT FROM tasks t WHERE t.id = e.id AND t.status IN ('pending', 'in_progress')))
"""


class EmbeddingSets:
    """Embeddings in PostgreSQL; the id of one is that of the task that brought it."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def begin(self, id_: UUID, dataset_id: UUID, name: str) -> None:
        """Makes room for vectors that nobody sees yet."""
        await self._pool.execute(BEGIN, id_, dataset_id, name)

    async def add(self, id_: UUID, dataset_id: UUID, vectors: Mapping[str, bytes]) -> set[str]:
        """Adds vectors by path, again at will; the paths that the dataset has."""
        paths = list(vectors)
        rows = await self._pool.fetch(
            ADD, id_, dataset_id, paths, list(vectors.values()), timeout=LONG_SECONDS
        )
        return {row["path"] for row in rows}

    async def publish(self, id_: UUID, dimensions: int, fence: Fence) -> int:
        """Shows them in place of those of the same name; how many there are.

        A superseded run shows nothing and is told 0: it may have brought older ones.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(HOLD_FENCE, fence.chunk_id, fence.run, fence.token)
            if held is None:
                return 0
            return await connection.fetchval(PUBLISH, id_, dimensions, timeout=LONG_SECONDS)

    async def of(self, dataset_id: UUID) -> Sequence[Embeddings]:
        """Those of a dataset, by name."""
        rows = await self._pool.fetch(f"{PUBLISHED} ORDER BY name", dataset_id)
        return [Embeddings(**row) for row in rows]

    async def find(self, dataset_id: UUID, name: str) -> Embeddings | None:
        """The newest of that name."""
        query = f"{PUBLISHED} AND name = $2 ORDER BY published_at DESC LIMIT 1"
        row = await self._pool.fetchrow(query, dataset_id, name)
        return None if row is None else Embeddings(**row)

    async def forget(self) -> None:
        """Deletes those of deleted datasets, and what was begun by tasks that have failed."""
        await self._pool.execute(FORGET, timeout=LONG_SECONDS)
