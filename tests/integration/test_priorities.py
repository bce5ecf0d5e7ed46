"""Priorities: a head start of a minute that may be changed while a task waits and while it runs."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from service.domain.datasets import Dataset
from service.domain.tasks import Priority
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.access import Forbidden
from service.usecases.task_problems import TaskEnded
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.solo import submit
from tests.integration.test_giving_up import fill

LATE = """
SELECT count(*) FROM chunks c JOIN tasks t ON t.id = c.task_id
WHERE c.state IN ('waiting', 'held', 'running') AND c.start_tag <> t.start_tag
"""


async def test_a_later_task_of_higher_priority_is_taken_first(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    first = await submit(runtime, user, dataset, "/first")
    second = await submit(runtime, user, dataset, "/second")

    told = await runtime.tasks.change_priority(user, second.id, Priority.HIGH)

    assert (told.priority, told.seq > second.seq) == (Priority.HIGH, True)
    claims = [*await runtime.runs.claim(uuid4(), 1), *await runtime.runs.claim(uuid4(), 1)]
    assert [claim.chunk.task_id for claim in claims] == [second.id, first.id]


async def test_a_priority_is_worth_a_minute_each_way_and_can_be_taken_back(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    told = "SELECT start_tag FROM chunks"
    before = await runtime.database.pool.fetchval(told)

    tags = []
    for priority in (Priority.HIGH, Priority.LOW, Priority.LOW, Priority.NORMAL):
        await runtime.tasks.change_priority(user, task.id, priority)
        tags.append(await runtime.database.pool.fetchval(told) - before)

    minute = timedelta(minutes=1)
    assert tags == [-minute, minute, minute, timedelta()]


async def test_all_chunks_follow_however_many_there_are(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    await runtime.database.pool.execute(
        """INSERT INTO chunks (task_id, stage_id, owner_id, kind, start_tag)
        SELECT task_id, stage_id, owner_id, kind, start_tag FROM chunks, generate_series(1, 2500)"""
    )

    await runtime.tasks.change_priority(user, task.id, Priority.HIGH)

    assert await runtime.database.pool.fetchval(LATE) == 0


async def test_chunks_that_a_plan_cuts_and_a_stage_opens_later_have_the_new_place(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 100)
    task = (await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))).task
    (plan,) = await runtime.runs.claim(uuid4(), 1)

    await runtime.tasks.change_priority(user, task.id, Priority.HIGH)
    await runtime.runs.plan(plan.chunk)

    assert await runtime.database.pool.fetchval(LATE) == 0
    assert await runtime.database.pool.fetchval("SELECT count(*) FROM chunks") == 3


async def test_a_stage_that_opens_in_the_same_instant_has_the_new_place(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    (listing,) = await runtime.runs.claim(uuid4(), 1)
    pool = runtime.database.pool

    async def blocked() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return await pool.fetchval(waiting) > 0

    async with pool.acquire() as changing, changing.transaction():
        await changing.execute("UPDATE tasks SET start_tag = start_tag - interval '60 seconds'")
        finishing = asyncio.create_task(runtime.runs.finish(listing.chunk, None))
        await eventually(blocked)
    await finishing

    assert await pool.fetchval(LATE) == 0
    assert await pool.fetchval("SELECT count(*) FROM chunks WHERE state = 'waiting'") == 1


async def test_only_the_owner_and_admins_change_it_and_only_while_it_goes_on(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await runtime.database.pool.execute("UPDATE datasets SET visibility = 'everyone'")
    stranger = await runtime.access.ensure("stranger", Role.MEMBER)
    task = await submit(runtime, user, dataset)

    with pytest.raises(Forbidden):
        await runtime.tasks.change_priority(stranger, task.id, Priority.HIGH)
    await runtime.tasks.cancel(user, task.id)
    with pytest.raises(TaskEnded):
        await runtime.tasks.change_priority(user, task.id, Priority.HIGH)


async def test_the_log_names_who_changed_what(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)

    await runtime.tasks.change_priority(user, task.id, Priority.LOW)
    await runtime.tasks.change_priority(user, task.id, Priority.LOW)
    await runtime.tasks.cancel(user, task.id)

    lines = [line.message for line in await runtime.tasks.log(user, task.id, after=0, limit=20)]
    changed = [line for line in lines if "priority" in line]
    assert changed == ["admin changed its priority from normal to low"]
    assert "admin asked to cancel it" in lines
