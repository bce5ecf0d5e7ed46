"""Keys: what map stages run over, as SQL; a key is open until it is saved or set aside."""

from service.catalog.entry import Over, StageSpec
from service.domain.chunks import ClaimedChunk
from service.domain.features import Extractor

ALL = (-(2**63), 2**63 - 1)

SUBJECT = """
subject AS NOT MATERIALIZED (
    SELECT $1::bigint AS chunk_id, $2::uuid AS task_id, $3::bigint AS stage_id,
           $4::uuid AS dataset_id, $5::int AS version,
           $6::text AS extractor, $7::int AS extractor_version,
           $8::bigint AS first_key, $9::bigint AS last_key
)
"""
"""What keys depend on; a statement that asks for them begins with it and these parameters."""

FROZEN = """
FROM subject s JOIN items i ON i.dataset_id = s.dataset_id
    AND i.added_in <= s.version AND (i.removed_in IS NULL OR i.removed_in > s.version)
"""

OPEN = {
    Over.BLOBS_WITHOUT_FEATURES: f"""
        SELECT DISTINCT i.blob_id AS key {FROZEN}
        WHERE i.blob_id BETWEEN s.first_key AND s.last_key
          AND NOT EXISTS (SELECT FROM features f WHERE f.blob_id = i.blob_id
              AND f.extractor = s.extractor AND f.version = s.extractor_version
              AND f.state <> 'claimed')
          AND NOT EXISTS (SELECT FROM set_aside a WHERE a.stage_id = s.stage_id
              AND a.key = i.blob_id)
    """,
    Over.BLOBS_WITHOUT_VECTORS: f"""
        SELECT DISTINCT i.blob_id AS key {FROZEN}
        JOIN features f ON f.blob_id = i.blob_id AND f.extractor = s.extractor
            AND f.version = s.extractor_version AND f.state = 'ready'
        WHERE i.blob_id BETWEEN s.first_key AND s.last_key
          AND NOT EXISTS (SELECT FROM embedding_vectors v WHERE v.embedding_id = s.task_id
              AND v.blob_id = i.blob_id)
          AND NOT EXISTS (SELECT FROM set_aside a WHERE a.stage_id = s.stage_id
              AND a.key = i.blob_id)
    """,
    Over.LISTED_FILES: """
        SELECT l.key FROM subject s JOIN listed_files l ON l.task_id = s.task_id
        WHERE l.key BETWEEN s.first_key AND s.last_key AND l.state = 'listed'
          AND NOT EXISTS (SELECT FROM set_aside a WHERE a.stage_id = s.stage_id AND a.key = l.key)
    """,
}

KNOWN = {
    Over.BLOBS_WITHOUT_FEATURES: f"(SELECT count(*) {FROZEN})",
    Over.BLOBS_WITHOUT_VECTORS: "t.keys",
    Over.LISTED_FILES: "t.keys",
}
"""How many there are of what a stage maps over, whether they need work or not."""

BYTES = {
    Over.BLOBS_WITHOUT_FEATURES: "(SELECT b.size_bytes FROM blobs b WHERE b.id = k.key)",
    Over.BLOBS_WITHOUT_VECTORS: "0",
    Over.LISTED_FILES: "0",
}
"""How many bytes there are to read for a ``keys k``, where that tells how long it takes."""

ELSEWHERE = {
    Over.BLOBS_WITHOUT_FEATURES: """
        SELECT FROM subject s
        JOIN features f ON f.extractor = s.extractor AND f.version = s.extractor_version
        JOIN chunks c ON c.id = f.chunk_id AND c.run = f.run
        WHERE f.blob_id = open.key AND f.state = 'claimed'
          AND c.state = 'running' AND c.id <> s.chunk_id
    """,
    Over.BLOBS_WITHOUT_VECTORS: "SELECT WHERE false",
    Over.LISTED_FILES: "SELECT WHERE false",
}
"""Whether another run is at an open key."""

Subject = tuple[object, ...]


def subject_of(
    chunk: ClaimedChunk,
    spec: StageSpec,
    *,
    extractor: Extractor | None = None,
    within: tuple[int, int] | None = None,
) -> Subject:
    """The parameters of SUBJECT; the chunk's own range and extractor, unless others are given."""
    extractor = spec.extractor or extractor
    return (
        chunk.fence.chunk_id,
        chunk.task_id,
        chunk.stage_id,
        *chunk.frozen(of_target=spec.of_target),
        extractor and extractor.name,
        extractor and extractor.version,
        *(within or (chunk.first_key, chunk.last_key)),
    )
