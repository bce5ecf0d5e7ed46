"""Retrying: what is saved stays, the rest is done, and the books are right after every step."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from service.db.uploads import Uploads
from service.domain.chunks import ChunkKind, ClaimedChunk
from service.domain.datasets import Dataset
from service.domain.saves import FractionSave, Save, SetAsideSave
from service.domain.stages import StageState
from service.domain.tasks import Failure, Status, Task
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.access import Forbidden
from service.usecases.task_problems import ActiveTwin, TaskEnded, TaskNotRetryable
from service.usecases.tasks import Redo, Submission
from tests.integration.solo import submit
from tests.integration.test_giving_up import (
    FAULT,
    POISON,
    claim,
    fill,
    planned,
    read_all,
    sum_up,
    unreadable,
)


async def claimed(runtime: Runtime, limit: int = 100) -> list[ClaimedChunk]:
    return [claim.chunk for claim in await runtime.runs.claim(uuid4(), limit)]


async def check_books(runtime: Runtime) -> None:
    """Every stage counts its open chunks, and only active tasks have any."""
    wrong = await runtime.database.pool.fetch(
        """SELECT s.name, s.chunks_open, count(c.id) AS really, s.done, s.total, t.status
        FROM stages s JOIN tasks t ON t.id = s.task_id
        LEFT JOIN chunks c ON c.stage_id = s.id AND c.state IN ('waiting', 'held', 'running')
        GROUP BY s.id, t.id
        HAVING s.chunks_open <> count(c.id) OR s.done > COALESCE(s.total, 0)
            OR (t.status NOT IN ('pending', 'in_progress') AND count(c.id) > 0)"""
    )
    assert wrong == []
    stuck = await runtime.database.pool.fetchval(
        """SELECT count(*) FROM tasks t WHERE status IN ('pending', 'in_progress')
        AND NOT EXISTS (SELECT FROM stages s WHERE s.task_id = t.id AND s.chunks_open > 0)"""
    )
    assert stuck == 0
    miscounted = await runtime.database.pool.fetchval(
        """SELECT count(*) FROM tasks t WHERE set_aside <> (
            SELECT count(*) FROM set_aside a JOIN stages s ON s.id = a.stage_id
            WHERE s.task_id = t.id)"""
    )
    assert miscounted == 0


ITEMS = 250
SAVED = 50
"""So many of them are in a chunk."""


async def partly_read(runtime: Runtime, user: User, dataset: Dataset) -> UUID:
    """A cancelled analysis of which the first chunk is saved."""
    await fill(runtime, dataset, ITEMS)
    task, (first, *others) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, first)
    await runtime.tasks.cancel(user, task.id)
    for chunk in others:
        await runtime.runs.stop(chunk)
    return task.id


async def test_what_is_saved_stays_and_the_rest_is_read(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    id_ = await partly_read(runtime, user, dataset)
    before = await runtime.tasks.find(user, id_)

    task = await runtime.tasks.retry(user, id_)

    await check_books(runtime)
    assert (before.status, task.status) == (Status.CANCELLED, Status.PENDING)
    assert (task.stages[0].done, task.stages[0].total) == (SAVED, ITEMS)
    assert task.seq > before.seq
    chunks = await claimed(runtime)
    blobs = [len(await claim(runtime, chunk)) for chunk in chunks]
    assert sum(blobs) == ITEMS - SAVED
    for chunk in chunks:
        await read_all(runtime, chunk)
    told = await sum_up(runtime, user, task)
    assert (told.status, told.partial, told.stages[0].done) == (Status.COMPLETED, False, ITEMS)


async def test_a_task_that_was_cancelled_before_it_began_is_done_from_its_beginning(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task = (await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))).task
    await runtime.tasks.cancel(user, task.id)

    await runtime.tasks.retry(user, task.id)

    await check_books(runtime)
    (plan,) = await claimed(runtime)
    assert plan.kind is ChunkKind.PLAN


async def test_a_task_that_was_cancelled_between_two_stages_goes_on_with_the_second(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())
    await runtime.tasks.cancel(user, task.id)
    await read_all(runtime, chunk)
    assert (await runtime.tasks.find(user, task.id)).status is Status.CANCELLED

    await runtime.tasks.retry(user, task.id)

    await check_books(runtime)
    told = await sum_up(runtime, user, task)
    assert (told.status, told.stages[0].done) == (Status.COMPLETED, 3)


async def test_a_stage_that_failed_is_tried_anew_from_nothing(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    (run,) = await claimed(runtime)
    await runtime.runs.save(uuid4(), [FractionSave(run.fence, 700)])
    await runtime.runs.hand_back(run, after_seconds=0, charged=True)
    (run,) = await claimed(runtime)
    await runtime.runs.fail(run, FAULT)

    told = await runtime.tasks.retry(user, task.id)

    await check_books(runtime)
    assert (told.status, told.error, told.stages[0].done) == (Status.PENDING, None, 0)
    (again,) = await claimed(runtime)
    assert (again.attempts, again.fence.chunk_id) == (0, run.fence.chunk_id)


async def test_what_was_set_aside_is_tried_again_and_nothing_else(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 250)
    task, (first, *others) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, first, aside=2)
    for chunk in others:
        await read_all(runtime, chunk)
    partial = await sum_up(runtime, user, task)

    await runtime.tasks.retry(user, task.id, Redo.FAILED_ITEMS)

    await check_books(runtime)
    (again,) = await claimed(runtime)
    assert len(await claim(runtime, again)) == 2
    await read_all(runtime, again)
    (last,) = await claimed(runtime)
    await runtime.runs.finish(last, {"made": "anew"})
    told = await runtime.tasks.find(user, task.id)
    assert (partial.partial, partial.set_aside) == (True, 2)
    assert (told.status, told.partial, told.set_aside) == (Status.COMPLETED, False, 0)
    assert await runtime.tasks.result(user, task.id) == {"made": "anew"}


async def test_what_another_task_has_read_meanwhile_counts_as_done(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    _, (others,) = await planned(runtime, user, dataset, uuid4(), dark_threshold=0.1)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())
    blobs = await claim(runtime, others)
    await runtime.runs.save(uuid4(), [unreadable(others, blob) for blob in blobs[:2]])
    await runtime.runs.save(uuid4(), [SetAsideSave(chunk.fence, blobs[2].id, POISON)])
    await runtime.runs.finish(chunk, None)
    await runtime.runs.hand_back(others, after_seconds=60)
    await sum_up(runtime, user, task)

    told = await runtime.tasks.retry(user, task.id, Redo.FAILED_ITEMS)

    (again,) = await claimed(runtime)
    await read_all(runtime, again)
    done = (await sum_up(runtime, user, task)).stages[0].done
    assert (told.stages[0].done, done) == (2, 3)


async def test_a_redo_that_is_cancelled_leaves_the_earlier_result(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, chunk, aside=1)
    await sum_up(runtime, user, task)
    await runtime.tasks.retry(user, task.id, Redo.FAILED_ITEMS)

    await runtime.tasks.cancel(user, task.id)

    await check_books(runtime)
    assert await runtime.tasks.result(user, task.id) == {"made": "up"}
    assert (await runtime.tasks.retry(user, task.id)).status is Status.PENDING


async def test_a_task_of_which_everything_failed_reads_everything_again(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 150)
    task, chunks = await planned(runtime, user, dataset, uuid4())
    for chunk in chunks:
        await runtime.runs.fail(chunk, FAULT)
    assert (await sum_up(runtime, user, task)).status is Status.FAILED

    await runtime.tasks.retry(user, task.id)

    await check_books(runtime)
    for chunk in await claimed(runtime):
        await read_all(runtime, chunk)
    told = await sum_up(runtime, user, task)
    assert (told.status, told.set_aside, told.stages[0].done) == (Status.COMPLETED, 0, 150)


async def test_a_run_of_the_first_round_can_write_nothing_in_the_second(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    (old,) = await claimed(runtime)
    await runtime.runs.fail(old, FAULT)
    await runtime.tasks.retry(user, task.id)
    (new,) = await claimed(runtime)

    saved = await runtime.runs.save(uuid4(), [FractionSave(old.fence, 900)])
    await runtime.runs.fail(old, FAULT)

    assert saved.refused == {old.fence}
    assert (await runtime.tasks.find(user, task.id)).status is Status.IN_PROGRESS
    assert await runtime.runs.finish(new, None) is not None


async def test_the_version_is_still_readable_though_items_were_removed(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    id_ = await partly_read(runtime, user, dataset)
    for item in await runtime.database.pool.fetch("SELECT path FROM items"):
        await runtime.datasets.remove_item(user, dataset.id, item["path"])
    await runtime.removal.collect(timedelta())

    task = await runtime.tasks.retry(user, id_)

    chunks = await claimed(runtime)
    assert sum([len(await claim(runtime, chunk)) for chunk in chunks]) == ITEMS - SAVED
    for chunk in chunks:
        await read_all(runtime, chunk)
    told = await sum_up(runtime, user, task)
    assert (told.status, told.stages[0].done) == (Status.COMPLETED, ITEMS)


async def test_what_cannot_be_retried_says_why(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    pool = runtime.database.pool

    async def refused(redo: Redo = Redo.REST) -> str:
        with pytest.raises(TaskNotRetryable) as raised:
            await runtime.tasks.retry(user, task.id, redo)
        return raised.value.detail

    assert "goes on by itself" in await refused()
    await runtime.tasks.cancel(user, task.id)
    assert "without 'only'" in await refused(Redo.FAILED_ITEMS)
    await pool.execute("UPDATE tasks SET completed_at = completed_at - interval '8 days'")
    assert "seven days" in await refused()
    await pool.execute("UPDATE tasks SET type_version = 0, completed_at = now()")
    assert "has changed" in await refused()
    await pool.execute("UPDATE tasks SET status = 'completed'")
    assert "'force'" in await refused()
    await pool.execute("UPDATE tasks SET partial = true")
    assert "'failed_items'" in await refused()
    await pool.execute("UPDATE datasets SET deleted_at = now()")
    assert "deleted" in await refused(Redo.FAILED_ITEMS)


async def test_an_import_is_retried_while_what_was_uploaded_for_it_is_there(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    upload = uuid4()
    asked = Submission("archive_import", dataset.id, params={"upload": str(upload)})
    task = (await runtime.tasks.start(user, asked)).task
    await Uploads(runtime.database).add(upload, user.id, 1)
    await runtime.uploads.give(upload, task.id)

    await runtime.tasks.cancel(user, task.id)
    await runtime.removal.sweep()
    again = await runtime.tasks.retry(user, task.id)
    await runtime.tasks.cancel(user, task.id)
    await runtime.database.pool.execute(
        "UPDATE tasks SET completed_at = completed_at - interval '61 minutes'"
    )
    await runtime.removal.sweep()

    assert again.status is Status.PENDING
    with pytest.raises(TaskNotRetryable, match="send it again"):
        await runtime.tasks.retry(user, task.id)


async def test_an_active_twin_is_named(runtime: Runtime, user: User, dataset: Dataset) -> None:
    first = await submit(runtime, user, dataset)
    await runtime.tasks.cancel(user, first.id)
    second = await submit(runtime, user, dataset)

    with pytest.raises(ActiveTwin) as raised:
        await runtime.tasks.retry(user, first.id)

    assert str(second.id) in raised.value.detail


async def test_of_many_retries_and_submissions_at_once_one_is_active(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    for _ in range(5):
        await runtime.tasks.cancel(user, task.id)

        told = await asyncio.gather(
            *(runtime.tasks.retry(user, task.id) for _ in range(3)),
            *(submit(runtime, user, dataset) for _ in range(3)),
            return_exceptions=True,
        )

        await check_books(runtime)
        wrong = [one for one in told if isinstance(one, BaseException)]
        assert all(isinstance(one, ActiveTwin | TaskNotRetryable) for one in wrong)
        task = (await runtime.tasks.active(user))[0]
        assert len(await runtime.tasks.active(user)) == 1


async def test_only_the_owner_and_admins_retry(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await runtime.database.pool.execute("UPDATE datasets SET visibility = 'everyone'")
    stranger = await runtime.access.ensure("stranger", Role.MEMBER)
    task = await submit(runtime, user, dataset)
    await runtime.tasks.cancel(user, task.id)

    with pytest.raises(Forbidden):
        await runtime.tasks.retry(stranger, task.id)


async def test_a_stage_of_a_cancelled_task_is_not_called_running(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    id_ = await partly_read(runtime, user, dataset)

    (told,) = await runtime.tasks.snapshots([id_])

    states = [stage["state"] for stage in told["metadata"]["stages"]]
    assert states == [StageState.CANCELLED, StageState.WAITING]


@dataclass
class Walk:
    """Whatever may happen to a task, in any order; the books are checked after every step."""

    runtime: Runtime
    user: User
    task_id: UUID
    dice: random.Random
    running: list[ClaimedChunk] = field(default_factory=list[ClaimedChunk])

    async def step(self) -> None:
        actions = [self.take, self.take, self.work, self.work, self.give_back]
        rare = [self.fail, self.cancel, self.retry, self.die]
        await self.dice.choice(actions * 3 + rare)()
        await check_books(self.runtime)

    async def take(self) -> None:
        self.running += await claimed(self.runtime, self.dice.randint(1, 3))

    async def work(self) -> None:
        if chunk := self._any():
            if chunk.cancelling or (await self._task()).cancelling:
                await self.runtime.runs.stop(chunk)
            elif chunk.kind is ChunkKind.PLAN:
                await self.runtime.runs.plan(chunk)
            elif chunk.stage == "features":
                await self._read(chunk)
            else:
                await self.runtime.runs.finish(chunk, {"made": "up"})

    async def _read(self, chunk: ClaimedChunk) -> None:
        blobs = await claim(self.runtime, chunk)
        some = blobs[: self.dice.randint(0, 2 * len(blobs))]
        saves: list[Save] = [
            SetAsideSave(chunk.fence, blob.id, POISON)
            if self.dice.random() < 0.1
            else unreadable(chunk, blob)
            for blob in some
        ]
        await self.runtime.runs.save(uuid4(), saves)
        if await self.runtime.runs.finish(chunk, None) is None:
            await self.runtime.runs.hand_back(chunk, after_seconds=0)

    async def give_back(self) -> None:
        if chunk := self._any():
            await self.runtime.runs.hand_back(chunk, after_seconds=0, why="for a test")

    async def fail(self) -> None:
        if chunk := self._any():
            await self.runtime.runs.fail(chunk, Failure("a_fault", "for a test"))

    async def die(self) -> None:
        await self.runtime.database.pool.execute(
            "UPDATE chunks SET lease_until = now() - interval '1 second' WHERE state = 'running'"
        )
        await self.runtime.runs.rescue()

    async def cancel(self) -> None:
        try:
            await self.runtime.tasks.cancel(self.user, self.task_id)
        except TaskEnded:
            assert (await self._task()).status.final

    async def retry(self) -> None:
        task = await self._task()
        redo = Redo.FAILED_ITEMS if task.status is Status.COMPLETED else Redo.REST
        retryable = task.status.final and (task.status is not Status.COMPLETED or task.partial)
        try:
            await self.runtime.tasks.retry(self.user, self.task_id, redo)
        except TaskNotRetryable:
            assert not retryable
        else:
            assert retryable

    async def to_the_end(self) -> None:
        """Work goes on until the task is whole."""
        await self.die()
        for _ in range(200):
            await self.take()
            await self.work()
            await self.retry()
            task = await self._task()
            if task.status is Status.COMPLETED and not task.partial:
                return
        raise AssertionError("it does not come to its end")

    async def _task(self) -> Task:
        return await self.runtime.tasks.find(self.user, self.task_id)

    def _any(self) -> ClaimedChunk | None:
        """A run that may have been superseded long ago."""
        if not self.running:
            return None
        chunk = self.dice.choice(self.running)
        if self.dice.random() < 0.8:
            self.running.remove(chunk)
        return chunk


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_happens_in_whatever_order_nothing_is_lost_or_counted_twice(
    runtime: Runtime, user: User, dataset: Dataset, seed: int
) -> None:
    await fill(runtime, dataset, 450)
    task = (await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))).task
    walk = Walk(runtime, user, task.id, random.Random(seed))

    for _ in range(60):
        await walk.step()
    await walk.to_the_end()

    await check_books(runtime)
    told = await runtime.tasks.find(user, task.id)
    assert (told.stages[0].done, told.stages[0].total, told.set_aside) == (450, 450, 0)
    features = "SELECT count(*) FROM features WHERE state <> 'claimed'"
    assert await runtime.database.pool.fetchval(features) == 450
