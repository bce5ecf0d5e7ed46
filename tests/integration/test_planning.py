"""Plans: a stage is cut so that its slots are busy to the end, whatever its size."""

from uuid import uuid4

import pytest

from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.integration.bringing import add_blobs


@pytest.mark.parametrize(
    ("items", "sizes"),
    [(3, {3}), (24, {4}), (320, {10}), (3300, {100}), (3350, {100, 50})],
)
async def test_a_stage_of_few_items_is_cut_into_small_chunks(
    runtime: Runtime, user: User, dataset: Dataset, items: int, sizes: set[int]
) -> None:
    await add_blobs(runtime, dataset, items)
    await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    (plan,) = await runtime.runs.claim(uuid4(), 1)

    await runtime.runs.plan(plan.chunk)

    cut = await runtime.database.pool.fetch("SELECT size FROM chunks WHERE kind = 'work'")
    assert {row["size"] for row in cut} == sizes
    assert sum(row["size"] for row in cut) == items
