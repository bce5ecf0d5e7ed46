"""The task core: who gets a chunk, who may write, and what becomes of the work of the dead."""

import asyncio
from pathlib import Path
from uuid import uuid4

from service.domain.chunks import Fence
from service.domain.datasets import Dataset
from service.domain.saves import FractionSave
from service.domain.stages import SOLO_TOTAL
from service.domain.tasks import Status
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.conftest import ended, import_folder, running_worker
from worker.runner import Runner


async def submit(runtime: Runtime, user: User, dataset: Dataset, path: str = "/x") -> None:
    await runtime.tasks.start(user, Submission("folder_import", dataset.id, params={"path": path}))


async def test_equal_submissions_are_one_task(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    asked = Submission("image_analysis", dataset.id)

    told = await asyncio.gather(*(runtime.tasks.submit(user, asked) for _ in range(8)))

    assert len({submitted.task.id for submitted in told}) == 1
    assert sorted(submitted.outcome for submitted in told) == ["active"] * 7 + ["created"]


async def test_a_chunk_is_claimed_by_one_worker_only(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    for n in range(6):
        await submit(runtime, user, dataset, f"/{n}")

    claims = await asyncio.gather(*(runtime.runs.claim(uuid4(), 2) for _ in range(4)))

    claimed = [claim.chunk.fence.chunk_id for some in claims for claim in some]
    assert len(claimed) == len(set(claimed)) == 6


async def test_nobody_waits_behind_another_owners_many_tasks(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    for n in range(20):
        await submit(runtime, user, dataset, f"/{n}")
    other = await runtime.access.ensure("other", Role.ADMIN)
    await submit(runtime, other, dataset, "/one")

    claims = await runtime.runs.claim(uuid4(), 2)

    assert {claim.chunk.owner_id for claim in claims} == {user.id, other.id}


async def test_a_superseded_run_can_neither_save_nor_finish(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    old_worker, new_worker = uuid4(), uuid4()
    (old,) = await runtime.runs.claim(old_worker, 1)
    await runtime.runs.release_worker(old_worker)
    (new,) = await runtime.runs.claim(new_worker, 1)

    saved = await runtime.runs.save(old_worker, [FractionSave(old.chunk.fence, 500)])
    finished = await runtime.runs.finish(old.chunk, None)

    assert saved.refused == {old.chunk.fence}
    assert finished is None
    task = await runtime.tasks.find(user, new.chunk.task_id)
    assert task.stages[0].done == 0
    assert await runtime.runs.finish(new.chunk, None) is not None


async def test_a_run_with_a_forged_token_is_refused(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    (claim,) = await runtime.runs.claim(uuid4(), 1)
    fence = claim.chunk.fence
    forged = Fence(fence.chunk_id, fence.run, uuid4())

    saved = await runtime.runs.save(uuid4(), [FractionSave(forged, 500)])

    assert saved.refused == {forged}


async def test_progress_never_runs_backwards(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    worker_id = uuid4()
    (claim,) = await runtime.runs.claim(worker_id, 1)

    for thousandths in (300, 700, 200):
        await runtime.runs.save(worker_id, [FractionSave(claim.chunk.fence, thousandths)])

    task = await runtime.tasks.find(user, claim.chunk.task_id)
    assert (task.stages[0].done, task.stages[0].total) == (700, SOLO_TOTAL)


async def test_an_expired_lease_is_rescued_and_a_renewed_one_is_not(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset, "/a")
    await submit(runtime, user, dataset, "/b")
    dead, alive = uuid4(), uuid4()
    await runtime.runs.claim(dead, 1)
    await runtime.runs.claim(alive, 1)
    await runtime.database.pool.execute(
        "UPDATE chunks SET lease_until = now() - interval '1 second' WHERE worker_id = $1", dead
    )
    await runtime.runs.renew(alive)

    rescued = await runtime.runs.rescue()

    assert rescued == 1
    assert len(await runtime.runs.renew(alive)) == 1
    assert await runtime.runs.renew(dead) == []


async def test_a_waiting_task_is_cancelled_at_once(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

    task = await runtime.tasks.cancel(user, submitted.task.id)

    assert task.status is Status.CANCELLED
    assert await runtime.runs.claim(uuid4(), 1) == []


async def test_a_running_task_is_cancelled_by_its_worker(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    for n in range(30):
        (sample_folder.parent / "many" / str(n)).mkdir(parents=True, exist_ok=True)
    asked = Submission("folder_import", dataset.id, params={"path": str(sample_folder.parent)})
    submitted = await runtime.tasks.start(user, asked)

    async def running() -> bool:
        task = await runtime.tasks.find(user, submitted.task.id)
        return task.status is Status.IN_PROGRESS

    await eventually(running)
    await runtime.tasks.cancel(user, submitted.task.id)
    task = await ended(runtime, user, submitted.task.id)

    assert task.status in (Status.CANCELLED, Status.COMPLETED)
    assert worker.free_slots >= 0
    left = await runtime.database.pool.fetchval(
        "SELECT count(*) FROM chunks WHERE state IN ('waiting', 'held', 'running')"
    )
    assert left == 0


async def test_work_goes_on_without_tickets_and_without_a_bell(
    runtime: Runtime, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    asked = Submission("folder_import", dataset.id, params={"path": str(sample_folder)})
    submitted = await runtime.tasks.start(user, asked)
    await runtime.redis.flushall()

    async with running_worker(runtime):
        task = await ended(runtime, user, submitted.task.id)

    assert task.status is Status.COMPLETED


async def test_every_redis_key_left_behind_has_a_lifetime(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)

    keys = [key async for key in runtime.redis.scan_iter("*")]

    assert keys
    assert [key for key in keys if await runtime.redis.ttl(key) < 0] == []


async def test_a_drained_worker_hands_its_work_back_uncharged(
    runtime: Runtime, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    asked = Submission("folder_import", dataset.id, params={"path": str(sample_folder)})
    submitted = await runtime.tasks.start(user, asked)

    async with running_worker(runtime):
        pass  # told to drain as soon as it runs
    async with running_worker(runtime):
        task = await ended(runtime, user, submitted.task.id)

    charged = await runtime.database.pool.fetchval("SELECT sum(attempts) FROM chunks")
    assert (task.status, charged) == (Status.COMPLETED, 0)
