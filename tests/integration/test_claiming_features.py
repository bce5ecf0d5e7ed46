"""Claims of features: what a chunk costs does not grow with its dataset."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from service.db.features import CLAIM
from service.domain.datasets import Dataset
from service.domain.image_features import IMAGE_EXTRACTOR
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.integration.bringing import add_blobs

ITEMS = 10_000


async def test_a_claim_reads_the_items_of_its_range_alone(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await add_blobs(runtime, dataset, ITEMS)
    await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    (plan,) = await runtime.runs.claim(uuid4(), 1)
    await runtime.runs.plan(plan.chunk)
    chunk = (await runtime.runs.claim(uuid4(), 1))[0].chunk

    explained = await runtime.database.pool.fetchval(
        f"EXPLAIN (ANALYZE, FORMAT JSON) {CLAIM}",
        chunk.first_key,
        chunk.last_key,
        *chunk.frozen(of_target=False),
        IMAGE_EXTRACTOR.name,
        IMAGE_EXTRACTOR.version,
        chunk.stage_id,
        chunk.fence.chunk_id,
        chunk.fence.run,
        chunk.fence.token,
    )

    assert chunk.first_key is not None
    assert chunk.last_key is not None
    size = chunk.last_key - chunk.first_key + 1
    assert size == 200
    assert set(rows_of(json.loads(explained)[0]["Plan"], "items")) == {size}


def rows_of(node: dict[str, Any], table: str) -> Iterator[float]:
    """How many rows of a table, and of its indexes, each part of a plan has come upon."""
    of_table = node.get("Relation Name") == table
    if of_table or node.get("Index Name", "").startswith(f"ix_{table}_"):
        yield (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from rows_of(part, table)
