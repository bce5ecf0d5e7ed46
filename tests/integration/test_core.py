"""The task core: who gets a chunk, who may write, and what becomes of the work of the dead."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from service.domain.chunks import Fence
from service.domain.datasets import Dataset
from service.domain.saves import FractionSave, Reason, SetAsideSave
from service.domain.stages import SOLO_TOTAL
from service.domain.tasks import Status
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.bringing import add_blobs
from tests.integration.conftest import ended, import_folder, running_worker
from tests.integration.solo import Holding, chunk_of, importing, submit
from worker.runner import Runner
from worker.work import Run, SoloTools


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
    (lost,) = await runtime.runs.claim(dead, 1)
    (kept,) = await runtime.runs.claim(alive, 1)
    await runtime.database.pool.execute(
        "UPDATE chunks SET lease_until = now() - interval '1 second' WHERE worker_id = $1", dead
    )
    await runtime.runs.renew(alive, [kept.chunk.fence])

    rescued = await runtime.runs.rescue()

    assert rescued == 1
    assert len(await runtime.runs.renew(alive, [kept.chunk.fence])) == 1
    assert await runtime.runs.renew(dead, [lost.chunk.fence]) == []


async def test_a_waiting_task_is_cancelled_at_once(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

    task = await runtime.tasks.cancel(user, submitted.task.id)

    assert task.status is Status.CANCELLED
    assert await runtime.runs.claim(uuid4(), 1) == []


async def test_a_running_task_is_cancelled_by_its_worker(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    holding = Holding()
    async with running_worker(runtime, analyses=importing(holding.work)) as runner:
        running = await submit(runtime, user, dataset)
        await holding.begun.wait()

        await runtime.tasks.cancel(user, running.id)
        task = await ended(runtime, user, running.id)

        async def free() -> bool:
            return runner.active.free_slots == runner.active.slots

        await eventually(free)
    assert task.status is Status.CANCELLED
    left = await runtime.database.pool.fetchval(
        "SELECT count(*) FROM chunks WHERE state IN ('waiting', 'held', 'running')"
    )
    assert left == 0


async def test_a_slot_takes_the_next_chunk_while_the_end_of_the_last_is_being_written(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    one_slot = replace(runtime, settings=runtime.settings.model_copy(update={"worker_slots": 1}))
    works = {"/first": Holding(), "/second": Holding()}

    async def work(run: Run, tools: SoloTools) -> None:
        await works[run.chunk.params["path"]].work(run, tools)

    async with running_worker(one_slot, analyses=importing(work)):
        first = await submit(runtime, user, dataset, "/first")
        await works["/first"].begun.wait()
        await submit(runtime, user, dataset, "/second")
        async with runtime.database.pool.acquire() as other, other.transaction():
            await other.execute("SELECT FROM stages WHERE task_id = $1 FOR UPDATE", first.id)
            works["/first"].released.set()
            async with asyncio.timeout(10):
                await works["/second"].begun.wait()
            unwritten = (await runtime.tasks.find(user, first.id)).stages[0].completed_at is None
        works["/second"].released.set()
        task = await ended(runtime, user, first.id)

    assert unwritten
    assert task.status is Status.COMPLETED


async def test_a_chunk_that_ends_after_a_cancel_does_not_complete_its_stage(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await add_blobs(runtime, dataset, 150)
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    (plan,) = await runtime.runs.claim(uuid4(), 1)
    await runtime.runs.plan(plan.chunk)
    (first,) = await runtime.runs.claim(worker := uuid4(), 1)
    keys = range(first.chunk.first_key, first.chunk.last_key + 1)
    reason = Reason("tried", "for a test")

    await runtime.tasks.cancel(user, submitted.task.id)
    await runtime.runs.save(worker, [SetAsideSave(first.chunk.fence, k, reason) for k in keys])
    await runtime.runs.finish(first.chunk, None)

    task = await runtime.tasks.find(user, submitted.task.id)
    assert task.status is Status.CANCELLED
    assert (task.stages[0].completed_at, task.stages[0].done) == (None, len(keys))


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
    endless = -1  # a key that is gone by now says -2
    assert [key for key in keys if await runtime.redis.ttl(key) == endless] == []


async def test_a_drained_worker_hands_its_work_back_uncharged(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    holding = Holding()
    hasty = replace(runtime, settings=runtime.settings.model_copy(update={"drain_seconds": 0.1}))
    async with running_worker(hasty, analyses=importing(holding.work)):
        running = await submit(runtime, user, dataset, str(tmp_path))
        await holding.begun.wait()

    assert await chunk_of(runtime) == ("waiting", 1, 0)
    async with running_worker(runtime):
        task = await ended(runtime, user, running.id)
    assert task.status is Status.COMPLETED


async def test_what_a_claim_brings_while_its_worker_drains_is_handed_back(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    holding = Holding()

    async def blocked() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return await runtime.database.leases.fetchval(waiting) > 0

    async with runtime.database.pool.acquire() as other:
        lock = other.transaction()
        await lock.start()
        await other.execute("LOCK TABLE stages IN EXCLUSIVE MODE")  # as a claim reads them last
        async with running_worker(runtime, analyses=importing(holding.work)) as runner:
            await eventually(blocked)
            draining = asyncio.create_task(runner.drain())
            await asyncio.sleep(0)
            await lock.rollback()
            await draining

    assert not holding.begun.is_set()
    assert await chunk_of(runtime) == ("waiting", 1, 0)
