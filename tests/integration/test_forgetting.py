"""Forgetting: what is old goes, but never what is active, or is the last that is known."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from service.domain.datasets import Dataset
from service.domain.keeping import Keeping
from service.domain.tasks import Task
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.forgetting import Forgetting
from service.usecases.task_problems import ResultForgotten, TaskNotFound
from service.usecases.tasks import Submission
from tests.integration.bringing import put
from tests.integration.conftest import analyse, import_folder
from tests.integration.solo import submit
from worker.runner import Runner

YEAR = timedelta(days=365)
MONTH = timedelta(days=30)
FOR_EVER = Keeping(tasks=None, results=None, logs=None, orphans=None)
PARTS = ("stages", "chunks", "task_items", "task_log", "listed_files")


def forgetting(runtime: Runtime, **keep: timedelta) -> Forgetting:
    """A task at a time and two rows at a time, so that there are many steps."""
    return replace(
        runtime.forgetting, keeping=replace(FOR_EVER, **keep), tasks_at_once=1, rows_at_once=2
    )


async def aged(runtime: Runtime, task: Task, age: timedelta) -> None:
    """As if the task had been submitted and ended so long ago."""
    await runtime.database.pool.execute(
        """UPDATE tasks SET created_at = created_at - $2::interval,
        completed_at = completed_at - $2::interval WHERE id = $1""",
        task.id,
        age,
    )


async def as_if_retried_late(runtime: Runtime, task: Task) -> None:
    """Submitted on an earlier version, it was retried and ended after those on later ones."""
    await runtime.database.pool.execute(
        "UPDATE tasks SET dataset_version = dataset_version - 1 WHERE id = $1", task.id
    )


async def ended(runtime: Runtime, user: User, dataset: Dataset, path: str) -> Task:
    task = await submit(runtime, user, dataset, path)
    return await runtime.tasks.cancel(user, task.id)


async def there(runtime: Runtime, task: Task) -> bool:
    return await runtime.database.pool.fetchval(
        "SELECT EXISTS (SELECT FROM tasks WHERE id = $1)", task.id
    )


async def rows(runtime: Runtime, part: str, id_: UUID) -> int:
    return await runtime.database.pool.fetchval(
        f"SELECT count(*) FROM {part} WHERE task_id = $1",
        id_,
    )


async def test_an_old_task_goes_with_all_that_is_its(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    brought = await import_folder(runtime, user, dataset, sample_folder)
    first = await analyse(runtime, user, dataset)
    second = await analyse(runtime, user, dataset, force=True)
    for task in (brought, first, second):
        await aged(runtime, task, 2 * YEAR)

    gone = await forgetting(runtime, tasks=YEAR).forget()

    left = {
        (part, t.id) for part in PARTS for t in (brought, first) if await rows(runtime, part, t.id)
    }
    assert (gone, left) == (2, set())
    with pytest.raises(TaskNotFound):
        await runtime.tasks.find(user, first.id)


async def test_the_last_of_its_kind_outlives_any_age_and_still_answers(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    last = await analyse(runtime, user, dataset)
    await aged(runtime, last, 2 * YEAR)

    await forgetting(runtime, tasks=YEAR, results=YEAR).forget()

    again = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    assert (again.outcome, again.task.id) == ("cached", last.id)
    assert await runtime.tasks.result(user, last.id)
    assert await rows(runtime, "task_items", last.id)


async def test_a_partial_one_does_not_replace_the_last_whole_one(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    whole = await analyse(runtime, user, dataset)
    partial = await analyse(runtime, user, dataset, force=True)
    await runtime.database.pool.execute("UPDATE tasks SET partial = (id = $1)", partial.id)
    for task in (whole, partial):
        await aged(runtime, task, 2 * YEAR)

    await forgetting(runtime, tasks=YEAR).forget()

    assert await there(runtime, whole)
    assert await there(runtime, partial)


async def test_nothing_of_a_deleted_dataset_outlives_its_age(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    last = await analyse(runtime, user, dataset)
    await aged(runtime, last, 2 * YEAR)
    await runtime.removal.delete(user, dataset.id)

    await forgetting(runtime, tasks=YEAR).forget()

    assert not await there(runtime, last)


async def test_results_and_logs_go_before_their_task(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    first = await analyse(runtime, user, dataset)
    await analyse(runtime, user, dataset, force=True)
    await aged(runtime, first, 2 * MONTH)

    await forgetting(runtime, tasks=YEAR, results=MONTH, logs=MONTH).forget()

    with pytest.raises(ResultForgotten):
        await runtime.tasks.result(user, first.id)
    assert await runtime.tasks.log(user, first.id, after=0, limit=10) == []
    assert await rows(runtime, "task_items", first.id) == 0


async def test_a_task_whose_result_is_gone_answers_nobody(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    fresh = await analyse(runtime, user, dataset)
    late = await analyse(runtime, user, dataset, force=True)
    await as_if_retried_late(runtime, late)
    await aged(runtime, fresh, 2 * MONTH)
    await forgetting(runtime, results=MONTH).forget()

    again = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

    assert (again.outcome, again.task.id != fresh.id) == ("created", True)


async def test_what_is_active_stays_however_old_it_is(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    await aged(runtime, task, 2 * YEAR)

    await forgetting(runtime, tasks=YEAR, logs=YEAR).forget()

    assert await there(runtime, task)


async def test_nothing_goes_where_everything_is_kept_for_ever(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await ended(runtime, user, dataset, "/x")
    await aged(runtime, task, 100 * YEAR)

    assert await forgetting(runtime).forget() == 0
    assert await runtime.tasks.log(user, task.id, after=0, limit=10)


async def test_two_workers_may_forget_at_once_and_be_stopped_at_any_moment(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    tasks = [await ended(runtime, user, dataset, f"/{n}") for n in range(8)]
    for task in tasks:
        await aged(runtime, task, 2 * YEAR)
    old = forgetting(runtime, tasks=YEAR)
    for moment in range(0, 60, 5):
        stopped = asyncio.create_task(old.forget())
        for _ in range(moment):
            await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.wait({stopped})

    await asyncio.gather(old.forget(), old.forget())
    await old.forget()  # what one had locked, the other has left

    assert [await there(runtime, task) for task in tasks] == [False] * 8
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM chunks") == 0


async def test_removed_items_that_only_an_old_task_needed_are_free_once_it_is_gone(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await put(runtime, user, dataset, b"picture")
    task = await ended(runtime, user, dataset, "/x")
    await runtime.datasets.remove_item(user, dataset.id, "a.bin")
    kept = await runtime.removal.collect(timedelta())
    await aged(runtime, task, timedelta(hours=1))

    await forgetting(runtime, tasks=timedelta(minutes=1)).forget()

    assert (kept, await runtime.removal.collect(timedelta())) == (0, 1)
