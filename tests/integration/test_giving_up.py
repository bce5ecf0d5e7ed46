"""Giving up: what fails for good is set aside with its reason, and nothing is left out unsaid."""

import asyncio
import os
from collections.abc import Sequence
from uuid import UUID, uuid4

from service.db.features import ClaimedBlob
from service.db.items import Items
from service.domain.chunks import ClaimedChunk
from service.domain.datasets import Dataset, NewItem
from service.domain.image_features import IMAGE_EXTRACTOR
from service.domain.saves import FeatureSave, FractionSave, Reason, Save, SetAsideSave
from service.domain.tasks import Failure, Status, Task
from service.domain.users import User
from service.messaging import keys
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.conftest import ended, running_worker
from tests.integration.solo import submit

FAULT = Failure("analysis_error", "a fault in its code")
POISON = Reason("child_crashed", "SIGSEGV")
UNREADABLE = Reason("truncated", "the file ends too early")


async def fill(runtime: Runtime, dataset: Dataset, items: int) -> None:
    new = [NewItem(f"{uuid4()}.jpg", os.urandom(32), 10) for _ in range(items)]
    await runtime.runs.reserve(new)
    await Items(runtime.database).add(dataset.id, new)


async def planned(
    runtime: Runtime, user: User, dataset: Dataset, worker_id: UUID, **params: float
) -> tuple[Task, list[ClaimedChunk]]:
    """An analysis whose range chunks this worker has."""
    asked = Submission("image_analysis", dataset.id, params=params or None)
    task = (await runtime.tasks.submit(user, asked)).task
    (plan,) = await runtime.runs.claim(worker_id, 1)
    await runtime.runs.plan(plan.chunk)
    return task, [claim.chunk for claim in await runtime.runs.claim(worker_id, 100)]


async def claim(runtime: Runtime, chunk: ClaimedChunk) -> Sequence[ClaimedBlob]:
    return (await runtime.features.claim(chunk, IMAGE_EXTRACTOR)).blobs


def unreadable(chunk: ClaimedChunk, blob: ClaimedBlob) -> Save:
    return FeatureSave(chunk.fence, IMAGE_EXTRACTOR, blob.id, unreadable=UNREADABLE)


async def read_all(runtime: Runtime, chunk: ClaimedChunk, *, aside: int = 0) -> None:
    """Saves something for every blob of the chunk, and ends it."""
    blobs = await claim(runtime, chunk)
    saves: list[Save] = [SetAsideSave(chunk.fence, b.id, POISON) for b in blobs[:aside]]
    saves += [unreadable(chunk, blob) for blob in blobs[aside:]]
    await runtime.runs.save(uuid4(), saves)
    assert await runtime.runs.finish(chunk, None) is not None


async def sum_up(runtime: Runtime, user: User, task: Task) -> Task:
    """The task, once its last stage has been done."""
    (last,) = await runtime.runs.claim(uuid4(), 1)
    await runtime.runs.finish(last.chunk, {"made": "up"})
    return await runtime.tasks.find(user, task.id)


async def test_a_fault_in_one_chunk_sets_its_rest_aside_and_the_task_is_partial(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 250)
    task, (bad, *good) = await planned(runtime, user, dataset, uuid4())
    blobs = await claim(runtime, bad)
    await runtime.runs.save(uuid4(), [unreadable(bad, blobs[0])])

    await runtime.runs.fail(bad, FAULT)

    for chunk in good:
        await read_all(runtime, chunk)
    told = await sum_up(runtime, user, task)
    assert (told.status, told.partial) == (Status.COMPLETED, True)
    assert (told.stages[0].done, told.stages[0].total) == (250, 250)
    assert told.set_aside == len(blobs) - 1
    reasons = await runtime.database.pool.fetch("SELECT DISTINCT code, detail FROM set_aside")
    assert [tuple(row.values()) for row in reasons] == [(FAULT.code, FAULT.detail)]


async def test_a_chunk_cannot_finish_while_a_key_of_it_is_neither_saved_nor_set_aside(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())
    blobs = await claim(runtime, chunk)
    await runtime.runs.save(uuid4(), [unreadable(chunk, blob) for blob in blobs[:2]])

    finished = await runtime.runs.finish(chunk, None)

    assert finished is None
    told = await runtime.tasks.find(user, task.id)
    assert (told.stages[0].done, told.stages[0].completed_at) == (2, None)


async def test_what_another_run_is_reading_is_not_set_aside(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    _, (reading,) = await planned(runtime, user, dataset, uuid4())
    other, (failing,) = await planned(runtime, user, dataset, uuid4(), dark_threshold=0.1)
    await claim(runtime, reading)

    await runtime.runs.fail(failing, FAULT)

    told = await runtime.tasks.find(user, other.id)
    assert (told.set_aside, told.stages[0].completed_at) == (0, None)
    assert await runtime.database.pool.fetchval(
        "SELECT state FROM chunks WHERE id = $1", failing.fence.chunk_id
    ) in ("held", "waiting")


async def test_a_task_whose_new_items_all_fail_is_whole_but_for_them(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 4)
    first, (chunk,) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, chunk, aside=1)
    await sum_up(runtime, user, first)

    again, (rest,) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, rest, aside=1)
    told = await sum_up(runtime, user, again)

    assert (told.stages[0].total, told.set_aside) == (1, 1)
    assert (told.status, told.partial) == (Status.COMPLETED, True)


async def test_a_task_fails_where_no_item_of_its_version_could_be_worked_on(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())

    await read_all(runtime, chunk, aside=3)
    told = await sum_up(runtime, user, task)

    assert told.status is Status.FAILED
    assert told.error is not None
    assert told.error.code == "all_items_failed"


async def test_a_superseded_run_takes_no_features_from_the_newer_one(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    dead = uuid4()
    _, (old,) = await planned(runtime, user, dataset, dead)
    await runtime.runs.release_worker(dead)
    (new,) = await runtime.runs.claim(uuid4(), 1)
    blobs = await claim(runtime, new.chunk)

    stale = await claim(runtime, old)

    saved = await runtime.runs.save(uuid4(), [unreadable(new.chunk, blob) for blob in blobs])
    assert (len(blobs), stale, saved.refused) == (3, [], frozenset())
    assert await runtime.runs.finish(new.chunk, None) is not None


async def test_features_that_another_run_took_over_meanwhile_are_left_to_it(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    dead = uuid4()
    _, (gone,) = await planned(runtime, user, dataset, dead)
    _, (late,) = await planned(runtime, user, dataset, uuid4(), dark_threshold=0.1)
    await claim(runtime, gone)
    await runtime.runs.release_worker(dead)
    pool = runtime.database.pool

    async def blocked() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return await pool.fetchval(waiting) > 0

    async with pool.acquire() as quick, quick.transaction():
        await quick.execute(
            "UPDATE chunks SET state = 'running', run = run + 1 WHERE id = $1", gone.fence.chunk_id
        )
        await quick.execute("UPDATE features SET run = run + 1")
        asking = asyncio.create_task(runtime.features.claim(late, IMAGE_EXTRACTOR))
        await eventually(blocked)
    told = await asking

    assert (told.blobs, told.elsewhere) == ([], 3)


async def test_a_solo_stage_that_saves_a_little_and_dies_is_not_tried_for_ever(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    for fraction in (100, 200, 300, 400):
        worker_id = uuid4()
        (run,) = await runtime.runs.claim(worker_id, 1)
        await runtime.runs.save(worker_id, [FractionSave(run.chunk.fence, fraction)])
        await runtime.runs.release_worker(worker_id)

    async with running_worker(runtime):
        told = await ended(runtime, user, task.id)

    assert told.error == Failure("gave_up", "it failed 4 times")


async def test_a_range_that_gets_on_is_tried_anew(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    worker_id = uuid4()
    _, (chunk,) = await planned(runtime, user, dataset, worker_id)
    await runtime.runs.release_worker(worker_id)
    (again,) = await runtime.runs.claim(worker_id, 1)
    assert again.chunk.attempts == 1
    blobs = await claim(runtime, again.chunk)

    await runtime.runs.save(worker_id, [unreadable(again.chunk, blobs[0])])

    assert (
        await runtime.database.pool.fetchval(
            "SELECT attempts FROM chunks WHERE id = $1", chunk.fence.chunk_id
        )
        == 0
    )


async def test_a_plan_that_kills_its_workers_fails_the_task(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = (await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))).task
    for _ in range(4):
        worker_id = uuid4()
        await runtime.runs.claim(worker_id, 1)
        await runtime.runs.release_worker(worker_id)

    async with running_worker(runtime):
        told = await ended(runtime, user, task.id)

    assert told.error == Failure("gave_up", "it failed 4 times")


async def test_the_last_line_of_a_cancelled_task_is_there_when_its_end_is_told(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    (run,) = await runtime.runs.claim(uuid4(), 1)
    await runtime.tasks.cancel(user, task.id)

    await runtime.runs.stop(run.chunk)
    await runtime.runs.telling.told()

    told = {
        key: value
        async for key, value in runtime.redis.hscan_iter(keys.snapshot(task.id), match="seq")
    }
    now = await runtime.tasks.find(user, task.id)
    lines = await runtime.tasks.log(user, task.id, after=0, limit=10)
    assert (now.status, lines[-1].message) == (Status.CANCELLED, "cancelled")
    assert int(told[b"seq"]) == now.seq
