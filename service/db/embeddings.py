"""Keeps vectors that somebody has brought, by blob: equal bytes have one vector."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from service.catalog.entry import Over, StageSpec
from service.db.chunks import HOLD_FENCE
from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.db.features import ClaimedBlob
from service.db.keys import ALL, OPEN, SUBJECT, subject_of
from service.db.owned import VECTOR_BYTES
from service.db.removed import RETRYABLE
from service.domain.chunks import ClaimedChunk, Fence
from service.domain.embeddings import Embeddings, Made
from service.domain.saves import Reason

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

LEFT = f"""
WITH {SUBJECT}, open AS ({OPEN[Over.BLOBS_WITHOUT_VECTORS]})
SELECT b.id, b.sha256, b.size_bytes FROM open JOIN blobs b ON b.id = open.key ORDER BY b.id
"""

MADE = f"""
WITH {SUBJECT}, open AS ({OPEN[Over.BLOBS_WITHOUT_VECTORS]}), vectors AS (
    SELECT count(*) AS made, min(octet_length(v.vector)) AS shortest,
           max(octet_length(v.vector)) AS longest
    FROM subject s JOIN embedding_vectors v ON v.embedding_id = s.task_id
), aside AS (
    SELECT a.code, min(a.detail) AS detail, count(*) AS keys
    FROM subject s JOIN set_aside a ON a.stage_id = s.stage_id GROUP BY a.code
)
SELECT made, shortest, longest, (SELECT count(*) FROM open) AS missing,
       COALESCE((SELECT sum(keys) FROM aside), 0)::int AS set_aside,
       ARRAY(SELECT ARRAY[code, detail] FROM aside ORDER BY keys DESC, code) AS reasons
FROM vectors
"""

COUNT = """
UPDATE embeddings e SET dimensions = $2, vectors = counted.vectors
FROM (SELECT count(*) AS vectors FROM embedding_vectors WHERE embedding_id = $1) counted
WHERE e.id = $1 RETURNING e.vectors
"""

HOLD_NAME = """
SELECT FROM embeddings e JOIN embeddings mine USING (dataset_id, name)
WHERE mine.id = $1 ORDER BY e.id FOR NO KEY UPDATE OF e
"""
"""Before ``PUBLISH``: of two of a name that end at once, neither would see the other."""

PUBLISH = """
WITH mine AS (
    UPDATE embeddings SET published_at = coalesce(published_at, clock_timestamp())
    WHERE id = $1 RETURNING dataset_id, name
)
DELETE FROM embeddings e USING mine
WHERE e.dataset_id = mine.dataset_id AND e.name = mine.name
  AND e.id <> $1 AND e.published_at IS NOT NULL
"""

PUBLISHED = """
SELECT id, name, dimensions, vectors, published_at AS created_at FROM embeddings
WHERE dataset_id = $1 AND published_at IS NOT NULL
"""

DELETE = """
DELETE FROM embeddings WHERE dataset_id = $1 AND name = $2 AND published_at IS NOT NULL
"""

FORGET = f"""
DELETE FROM embeddings e USING datasets d WHERE d.id = e.dataset_id AND (
    d.deleted_at < clock_timestamp() - interval '1 hour'
    OR e.published_at IS NULL AND NOT EXISTS (
        SELECT FROM tasks t WHERE t.id = e.id AND (t.status IN ('pending', 'in_progress')
            OR t.type = 'embedding_model' AND t.completed_at > clock_timestamp() - {RETRYABLE})))
"""
"""What a model has made is kept as long as its task may be retried, to go on with it."""


REPLACED_BYTES = f"""
SELECT coalesce(sum({VECTOR_BYTES}), 0)::bigint FROM embeddings e
WHERE e.dataset_id = $2 AND e.name = $3 AND (e.published_at IS NOT NULL OR e.id = $1)
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

    async def left(self, chunk: ClaimedChunk, spec: StageSpec) -> Sequence[ClaimedBlob]:
        """The blobs of a chunk's range that its task has no vector of and has not set aside."""
        rows = await self._pool.fetch(LEFT, *subject_of(chunk, spec), timeout=LONG_SECONDS)
        return [ClaimedBlob(row["id"], row["sha256"].hex(), row["size_bytes"]) for row in rows]

    async def made(self, chunk: ClaimedChunk, spec: StageSpec) -> Made:
        """What the stage of that spec has made for the task of a chunk."""
        stage_id = await self._pool.fetchval(
            "SELECT id FROM stages WHERE task_id = $1 AND name = $2", chunk.task_id, spec.name
        )
        subject = subject_of(replace(chunk, stage_id=stage_id), spec, within=ALL)
        row = await self._pool.fetchrow(MADE, *subject, timeout=LONG_SECONDS)
        assert row is not None  # noqa: S101 - counts are always one row
        reasons = [Reason(code, detail) for code, detail in row["reasons"]]
        return Made(
            row["made"],
            row["shortest"] or 0,
            row["longest"] or 0,
            row["missing"],
            row["set_aside"],
            reasons,
        )

    async def count(self, id_: UUID, dimensions: int, fence: Fence) -> int:
        """Says what there is to be shown once their task is completed; how many there are.

        A superseded run says nothing and is told 0: it may have brought older ones.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(HOLD_FENCE, fence.chunk_id, fence.run, fence.token)
            if held is None:
                return 0
            return await connection.fetchval(COUNT, id_, dimensions, timeout=LONG_SECONDS)

    async def replaced_bytes(self, id_: UUID, dataset_id: UUID, name: str) -> int:
        """What is there under that name, which those of the id will replace."""
        return await self._pool.fetchval(REPLACED_BYTES, id_, dataset_id, name)

    async def of(self, dataset_id: UUID) -> Sequence[Embeddings]:
        """Those of a dataset, by name."""
        rows = await self._pool.fetch(f"{PUBLISHED} ORDER BY name", dataset_id)
        return [Embeddings(**row) for row in rows]

    async def find(self, dataset_id: UUID, name: str) -> Embeddings | None:
        """The newest of that name."""
        query = f"{PUBLISHED} AND name = $2 ORDER BY published_at DESC LIMIT 1"
        row = await self._pool.fetchrow(query, dataset_id, name)
        return None if row is None else Embeddings(**row)

    async def delete(self, dataset_id: UUID, name: str) -> bool:
        """Whether there were any of that name to delete."""
        told: str = await self._pool.execute(DELETE, dataset_id, name, timeout=LONG_SECONDS)
        return told != "DELETE 0"

    async def forget(self) -> None:
        """Deletes those of deleted datasets, and what was begun and will not be finished."""
        await self._pool.execute(FORGET, timeout=LONG_SECONDS)
