"""Plans map stages: cuts what a stage maps over into chunks, by one INSERT … SELECT."""

from service.catalog.entry import Over, StageSpec
from service.db.chunks import Chunks, Finished
from service.db.engine import Database
from service.domain.chunks import ClaimedChunk

KEYS = {
    Over.BLOBS_WITHOUT_FEATURES: """
        SELECT DISTINCT i.blob_id AS key FROM items i
        WHERE i.dataset_id = $3 AND i.added_in <= $4
          AND (i.removed_in IS NULL OR i.removed_in > $4)
          AND NOT EXISTS (SELECT FROM features f WHERE f.blob_id = i.blob_id
              AND f.extractor = $5 AND f.version = $6 AND f.state <> 'claimed')
    """,
    Over.LISTED_FILES: """
        SELECT key FROM listed_files
        WHERE task_id = (SELECT task_id FROM chunks WHERE id = $1) AND state = 'listed'
    """,
}

CUT = """
WITH keys AS ({keys}),
ranges AS (
    SELECT min(key) AS first_key, max(key) AS last_key, count(*) AS size
    FROM (SELECT key, (row_number() OVER (ORDER BY key) - 1) / $2 AS n FROM keys) numbered
    GROUP BY n
), cut AS (
    INSERT INTO chunks (task_id, stage_id, owner_id, kind, first_key, last_key, size, start_tag)
    SELECT c.task_id, c.stage_id, c.owner_id, 'work', r.first_key, r.last_key, r.size, c.start_tag
    FROM ranges r, chunks c WHERE c.id = $1 ORDER BY r.first_key
    RETURNING stage_id, size
), total AS (
    SELECT count(*) AS chunks, COALESCE(sum(size), 0) AS keys FROM cut
)
UPDATE stages s SET total = t.keys, chunks_open = s.chunks_open + t.chunks,
    started_at = clock_timestamp()
FROM total t WHERE s.id = (SELECT stage_id FROM chunks WHERE id = $1)
RETURNING t.chunks
"""

HOLD_FENCE = """
SELECT 1 FROM chunks WHERE id = $1 AND run = $2 AND token = $3 AND state = 'running'
FOR NO KEY UPDATE
"""


class Planning:
    """Plans in PostgreSQL."""

    def __init__(self, database: Database, chunks: Chunks) -> None:
        self._pool = database.pool
        self._chunks = chunks

    async def plan(self, chunk: ClaimedChunk, spec: StageSpec) -> Finished | None:
        """Cuts the stage and ends its plan in one transaction; None if the run is superseded."""
        assert spec.over is not None  # noqa: S101 - only map stages have plans
        fence = chunk.fence
        async with self._pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(HOLD_FENCE, fence.chunk_id, fence.run, fence.token)
            if held is None:
                return None
            cut = await connection.fetchval(
                CUT.format(keys=KEYS[spec.over]),
                fence.chunk_id,
                spec.chunk_size,
                *_subject(chunk, spec),
            )
            finished = await self._chunks.finish(fence, None, connection)
            return finished and Finished(finished.status, finished.opened + cut)


def _subject(chunk: ClaimedChunk, spec: StageSpec) -> tuple[object, ...]:
    """What the keys of a stage depend on besides its own task."""
    if spec.extractor is None:
        return ()
    extractor = spec.extractor
    return chunk.dataset_id, chunk.dataset_version, extractor.name, extractor.version
