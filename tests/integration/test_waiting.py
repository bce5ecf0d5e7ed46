"""What a task that waits or runs is told of its future: its place, its turn, its rest."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from service.domain.datasets import Dataset
from service.domain.places import Place
from service.domain.snapshots import snapshot
from service.domain.tasks import Task
from service.domain.users import Role, User
from service.domain.workers import Worker
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.conftest import ended, import_folder, running_worker
from tests.integration.solo import Holding, importing, submit


async def place_of(runtime: Runtime, user: User, task: Task) -> Place | None:
    return (await runtime.tasks.find(user, task.id)).place


async def working(runtime: Runtime, slots: int, run_seconds: float | None = None) -> None:
    await runtime.runs.seen(Worker(uuid4(), "here", 1, slots, run_seconds))


async def test_a_task_is_behind_the_earlier_ones_of_its_owner(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    tasks = [await submit(runtime, user, dataset, f"/{n}") for n in range(3)]

    places = [await place_of(runtime, user, task) for task in tasks]

    assert [place and (place.position, place.chunks_ahead) for place in places] == [
        (1, 0),
        (2, 1),
        (3, 2),
    ]


async def test_only_one_of_anothers_many_tasks_comes_before_a_first_one(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    for n in range(20):
        await submit(runtime, user, dataset, f"/{n}")
    other = await runtime.access.ensure("other", Role.ADMIN)

    place = await place_of(runtime, other, await submit(runtime, other, dataset, "/one"))

    assert place is not None
    assert (place.position, place.chunks_ahead) == (2, 1)


async def test_a_waiting_task_says_when_nobody_works(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset, "/one")

    told = snapshot(await runtime.tasks.find(user, task.id))

    assert told["message"] == "waiting; no worker is running"
    assert told["metadata"]["starts_in_low_seconds"] is None


async def test_its_turn_comes_after_the_runs_before_it(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    for n in range(8):
        await submit(runtime, user, dataset, f"/{n}")
    await runtime.runs.claim(uuid4(), 2)
    await working(runtime, slots=2, run_seconds=10.0)

    task = await submit(runtime, user, dataset, "/last")

    told = snapshot(await runtime.tasks.find(user, task.id))["metadata"]
    assert told["position"] == 7
    assert told["starts_in_low_seconds"] < 35 < told["starts_in_high_seconds"]


async def test_a_worker_tells_its_slots_while_it_lives(runtime: Runtime, user: User) -> None:
    async def slots() -> int | None:
        return await runtime.database.pool.fetchval("SELECT slots FROM workers")

    async with running_worker(runtime):
        assert await eventually(slots) == runtime.settings.worker_slots


async def test_who_is_watched_while_waiting_moves_up_without_a_word(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    holding = Holding()
    one_slot = replace(runtime, settings=runtime.settings.model_copy(update={"worker_slots": 1}))
    first = await submit(runtime, user, dataset, str(tmp_path / "1"))
    second = await submit(runtime, user, dataset, str(tmp_path / "2"))
    before = await place_of(runtime, user, second)

    async with running_worker(one_slot, analyses=importing(holding.work)):
        await holding.begun.wait()
        after = await place_of(runtime, user, second)
        holding.released.set()
        await ended(runtime, user, first.id)

    assert (before and before.position, after and after.position) == (2, 1)


async def test_paces_are_learnt_and_survive_the_tasks(
    runtime: Runtime, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    async with running_worker(runtime):
        await import_folder(runtime, user, dataset, sample_folder)
        asked = Submission("image_analysis", dataset.id)
        first = await runtime.tasks.submit(user, asked)
        await ended(runtime, user, first.task.id)

    await runtime.learning.learn()

    again = await runtime.tasks.submit(user, replace(asked, force=True))
    took = (await runtime.tasks.find(user, first.task.id)).stages[0]
    waits = (await runtime.tasks.find(user, again.task.id)).stages[0]
    pace, began, end = waits.pace, took.started_at, took.completed_at
    assert began is not None
    assert end is not None
    assert pace is not None
    assert pace.seconds(took.total or 0) == pytest.approx((end - began).total_seconds())
