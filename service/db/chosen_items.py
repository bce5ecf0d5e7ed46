"""Chosen items: what somebody has picked by ids, also of lists and maps of before a change."""

CHOSEN = """
SELECT DISTINCT i.id FROM unnest($2::bigint[]) AS asked (id)
JOIN items told ON told.id = asked.id AND told.dataset_id = $1
CROSS JOIN LATERAL (
    SELECT id, blob_id FROM items
    WHERE dataset_id = $1 AND path = told.path AND removed_in IS NULL LIMIT 1
) i
WHERE i.blob_id = told.blob_id
"""
"""The items of the newest version that have the path and the bytes of those that were asked for."""
