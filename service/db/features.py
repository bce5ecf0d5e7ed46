"""Claims and reads features; a claim holds while the run that made it is running."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from service.db.connection import LONG_SECONDS
from service.db.engine import Database
from service.domain.chunks import ClaimedChunk
from service.domain.features import Extractor
from service.domain.saves import Reason

CLAIM = """
WITH fence AS (
    SELECT id FROM chunks WHERE id = $8 AND run = $9 AND token = $10 AND state = 'running'
    FOR NO KEY UPDATE
), wanted AS (
    SELECT b.id, b.sha256, b.size_bytes, f.chunk_id, f.run,
           EXISTS (SELECT FROM chunks c WHERE c.id = f.chunk_id AND c.run = f.run
                   AND c.state = 'running' AND c.id <> $8) AS elsewhere
    FROM fence, (
        SELECT DISTINCT i.blob_id FROM items i
        WHERE i.dataset_id = $3 AND i.blob_id BETWEEN $1 AND $2
          AND i.added_in <= $4 AND (i.removed_in IS NULL OR i.removed_in > $4)
    ) here JOIN blobs b ON b.id = here.blob_id LEFT JOIN features f
        ON f.blob_id = b.id AND f.extractor = $5 AND f.version = $6
    WHERE (f.state IS NULL OR f.state = 'claimed')
      AND NOT EXISTS (SELECT FROM set_aside a WHERE a.stage_id = $7 AND a.key = b.id)
), claimed AS (
    INSERT INTO features (blob_id, extractor, version, state, chunk_id, run)
    SELECT id, $5, $6, 'claimed', $8, $9 FROM wanted WHERE NOT elsewhere ORDER BY id
    ON CONFLICT (blob_id, extractor, version) DO UPDATE
        SET chunk_id = excluded.chunk_id, run = excluded.run
        WHERE features.state = 'claimed' AND EXISTS (
            SELECT FROM wanted w WHERE w.id = features.blob_id
              AND w.chunk_id = features.chunk_id AND w.run = features.run)
    RETURNING blob_id
)
SELECT w.id, w.sha256, w.size_bytes, c.blob_id IS NOT NULL AS mine
FROM wanted w LEFT JOIN claimed c ON c.blob_id = w.id ORDER BY w.id
"""
"""Takes what nobody has, and over only the claim that it saw to be dead: a dead run stays dead, and
whoever was quicker has put another in its place."""

FROZEN = """
FROM items i JOIN features f ON f.blob_id = i.blob_id
"""

OF_VERSION = """
WHERE i.dataset_id = $1 AND i.added_in <= $2 AND (i.removed_in IS NULL OR i.removed_in > $2)
  AND f.extractor = $3 AND f.version = $4
"""

LABEL = "coalesce(hashtextextended(i.label, 0), 0)"

NAMES = f"""
SELECT i.id, {LABEL}, coalesce(hashtextextended(i.split, 0), 0),
       coalesce(hashtextextended(f.facts->>'camera', 0), 0),
       coalesce(extract(epoch FROM (f.facts->>'taken')::timestamp)::bigint,
                -9223372036854775808),
       coalesce((f.facts->>'located')::boolean, false)::int::bigint
"""
"""Names go to children as 64-bit keys of fixed width: one in 30 million sets of a million different
names has two with the same key. A time that is not known is NumPy's NaT."""


@dataclass(frozen=True)
class Names:
    """What an item is called, besides its path."""

    label: str | None
    split: str | None
    camera: str | None


@dataclass(frozen=True)
class ClaimedBlob:
    """A blob whose features this run is to compute."""

    id: int
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class FeatureClaim:
    """The blobs of a range that this run got, and how many others are computing."""

    blobs: Sequence[ClaimedBlob]
    elsewhere: int


class Features:
    """Features in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool
        self._exports = database.exports

    async def claim(
        self, chunk: ClaimedChunk, extractor: Extractor, *, of_target: bool = False
    ) -> FeatureClaim:
        """Claims what is missing in the chunk's range and not being computed by another run.

        Nothing where the run is superseded: the newer one claims it.
        """
        rows = await self._pool.fetch(
            CLAIM,
            chunk.first_key,
            chunk.last_key,
            *chunk.frozen(of_target=of_target),
            extractor.name,
            extractor.version,
            chunk.stage_id,
            chunk.fence.chunk_id,
            chunk.fence.run,
            chunk.fence.token,
        )
        mine = [
            ClaimedBlob(row["id"], row["sha256"].hex(), row["size_bytes"])
            for row in rows
            if row["mine"]
        ]
        return FeatureClaim(mine, len(rows) - len(mine))

    async def export(
        self, path: Path, dataset_id: UUID, version: int, extractor: Extractor
    ) -> None:
        """Writes (item id, label, numbers, signature) of analysed items, by id, as a binary COPY.

        Labels are keys, 0 where there is none.
        """
        await self._export("f.numbers, f.signature", path, dataset_id, version, extractor)

    async def export_descriptors(
        self, path: Path, dataset_id: UUID, version: int, extractor: Extractor
    ) -> None:
        """The same, and the descriptor of each."""
        columns = "f.numbers, f.signature, f.descriptor"
        await self._export(columns, path, dataset_id, version, extractor)

    async def export_embeddings(
        self, path: Path, dataset_id: UUID, version: int, extractor: Extractor, embeddings: UUID
    ) -> None:
        """The same with vectors that somebody brought, of the items that have one."""
        columns = "f.numbers, f.signature, e.vector"
        joined = "JOIN embedding_vectors e ON e.blob_id = i.blob_id AND e.embedding_id = $5"
        await self._export(columns, path, dataset_id, version, extractor, joined, embeddings)

    async def count_ready(self, dataset_id: UUID, version: int, extractor: Extractor) -> int:
        """How many items could be read."""
        return await self._pool.fetchval(
            f"SELECT count(*) {FROZEN} {OF_VERSION} AND f.state = 'ready'",
            dataset_id,
            version,
            extractor.name,
            extractor.version,
            timeout=LONG_SECONDS,
        )

    async def export_names(
        self, path: Path, dataset_id: UUID, version: int, extractor: Extractor
    ) -> None:
        """Writes six int8 of every item that was analysed or could not be read.

        Its id, keys of its label, split and camera (0 where there is none), when it was taken in
        seconds, and whether it tells where; by id.
        """
        query = f"""{NAMES} {FROZEN} {OF_VERSION}
            AND f.state IN ('ready', 'unreadable') ORDER BY i.id"""
        await self._copy(query, path, dataset_id, version, extractor)

    async def _export(
        self,
        columns: str,
        path: Path,
        dataset_id: UUID,
        version: int,
        extractor: Extractor,
        joined: str = "",
        *more: UUID,
    ) -> None:
        query = f"""SELECT i.id, {LABEL}, {columns} {FROZEN} {joined} {OF_VERSION}
            AND f.state = 'ready' ORDER BY i.id"""
        await self._copy(query, path, dataset_id, version, extractor, *more)

    async def _copy(
        self,
        query: str,
        path: Path,
        dataset_id: UUID,
        version: int,
        extractor: Extractor,
        *more: UUID,
    ) -> None:
        async with self._exports, self._pool.acquire() as connection:
            await connection.copy_from_query(
                query,
                dataset_id,
                version,
                extractor.name,
                extractor.version,
                *more,
                output=path,
                format="binary",
                timeout=LONG_SECONDS,
            )

    async def unreadable(
        self, dataset_id: UUID, version: int, extractor: Extractor
    ) -> list[tuple[int, Reason]]:
        """Items whose blobs no image could be made of, by id, with the reason of each."""
        rows = await self._pool.fetch(
            f"""SELECT i.id, f.reason_code, f.reason_detail {FROZEN} {OF_VERSION}
            AND f.state = 'unreadable' ORDER BY i.id""",
            dataset_id,
            version,
            extractor.name,
            extractor.version,
            timeout=LONG_SECONDS,
        )
        return [(row["id"], Reason(row["reason_code"], row["reason_detail"])) for row in rows]

    async def names(self, item_ids: Sequence[int], extractor: Extractor) -> dict[int, Names]:
        """What items are called."""
        rows = await self._pool.fetch(
            """SELECT i.id, i.label, i.split, f.facts->>'camera' AS camera
            FROM items i LEFT JOIN features f
                ON f.blob_id = i.blob_id AND f.extractor = $2 AND f.version = $3
            WHERE i.id = ANY($1::bigint[])""",
            list(item_ids),
            extractor.name,
            extractor.version,
        )
        return {row["id"]: Names(row["label"], row["split"], row["camera"]) for row in rows}

    async def paths(self, item_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
        """(path, sha256 in hex) of items."""
        rows = await self._pool.fetch(
            """SELECT i.id, i.path, b.sha256 FROM items i JOIN blobs b ON b.id = i.blob_id
            WHERE i.id = ANY($1::bigint[])""",
            list(item_ids),
        )
        return {row["id"]: (row["path"], row["sha256"].hex()) for row in rows}
