"""What users own: the bytes of their items, equal ones counted each time, and of their vectors."""

from service.domain.embeddings import VECTOR_ITEM_BYTES

VECTOR_BYTES = f"{VECTOR_ITEM_BYTES} * e.dimensions * e.vectors"

BYTES = f"""
SELECT coalesce(sum(d.size_bytes + (
    SELECT coalesce(sum({VECTOR_BYTES}), 0) FROM embeddings e WHERE e.dataset_id = d.id
)), 0)::bigint
FROM datasets d WHERE d.deleted_at IS NULL AND d.owner_id = {{owner}}
"""

OF_USER = BYTES.format(owner="$1")
WITH_DATASET = BYTES.format(owner="(SELECT owner_id FROM datasets WHERE id = $1)")
"""Of whoever owns that dataset."""
