"""Plans: a stage is cut so that its slots are busy to the end, whatever its size."""

from uuid import uuid4

import pytest

from service.catalog.image_features import KEY_BYTES
from service.domain.datasets import Dataset
from service.domain.users import User
from service.domain.workers import Worker
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.integration.bringing import add_blobs


@pytest.mark.parametrize(
    ("items", "sizes"),
    [(3, [3]), (24, [12, 12]), (800, [100] * 8), (1700, [200] * 8 + [100])],
)
async def test_a_stage_of_few_items_is_cut_into_small_chunks(
    runtime: Runtime, user: User, dataset: Dataset, items: int, sizes: list[int]
) -> None:
    await add_blobs(runtime, dataset, items)

    assert await sizes_of_chunks(runtime, user, dataset) == sizes


async def test_where_there_is_much_to_read_chunks_have_fewer_items(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await add_blobs(runtime, dataset, 400, size_bytes=7 * KEY_BYTES)

    assert await sizes_of_chunks(runtime, user, dataset) == [25] * 16


async def test_the_more_slots_there_are_the_more_chunks_are_cut(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await add_blobs(runtime, dataset, 2000)
    await runtime.runs.seen(Worker(uuid4(), "here", 1, slots=3, run_seconds=None))
    await runtime.runs.seen(Worker(uuid4(), "there", 1, slots=2, run_seconds=None))

    assert await sizes_of_chunks(runtime, user, dataset) == [100] * 20


async def test_no_slot_is_idle_for_want_of_a_large_chunk(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await add_blobs(runtime, dataset, 100)
    await runtime.runs.seen(Worker(uuid4(), "here", 1, slots=10, run_seconds=None))

    assert await sizes_of_chunks(runtime, user, dataset) == [5] * 20


async def sizes_of_chunks(runtime: Runtime, user: User, dataset: Dataset) -> list[int]:
    await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    (plan,) = await runtime.runs.claim(uuid4(), 1)
    await runtime.runs.plan(plan.chunk)
    query = "SELECT size FROM chunks WHERE kind = 'work' ORDER BY first_key"
    return [row["size"] for row in await runtime.database.pool.fetch(query)]
