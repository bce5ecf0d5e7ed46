"""Submitting: the same request twice is one task, and nobody fills the queue."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from service.catalog.drift import DRIFT
from service.catalog.entry import Catalogue
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.tasks import Priority, Status
from service.domain.users import Role, User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import DatasetNotFound, NewDataset
from service.usecases.task_problems import IdempotencyKeyReused, OtherKind, TooManyActiveTasks
from service.usecases.tasks import Submission, Submitted
from tests.integration.conftest import ended, running_worker

MOST = 3


@pytest.fixture
async def other_web(settings: Settings, runtime: Runtime) -> AsyncGenerator[Runtime]:
    """What another web process has: connections of its own to the same database."""
    del runtime
    async with open_runtime(settings, connections=8) as opened:
        yield opened


@pytest.fixture
async def narrow(settings: Settings, runtime: Runtime) -> AsyncGenerator[Runtime]:
    """A web process that lets a user have three active tasks."""
    del runtime
    few = settings.model_copy(update={"max_active_tasks": MOST})
    async with open_runtime(few, connections=8) as opened:
        yield opened


def analysis(dataset: Dataset, key: str | None = None, **params: float) -> Submission:
    return Submission("image_analysis", dataset.id, params=params or None, key=key, force=True)


async def tasks_in(runtime: Runtime) -> int:
    return await runtime.database.pool.fetchval("SELECT count(*) FROM tasks")


def created(told: Iterable[Submitted | BaseException]) -> list[Submitted]:
    return [one for one in told if isinstance(one, Submitted) and one.outcome == "created"]


@pytest.fixture
async def document(runtime: Runtime, user: User) -> Dataset:
    """A dataset as a later release has it, whose database takes another kind."""
    new = NewDataset("papers", Kind.IMAGE, Visibility.PRIVATE)
    made = await runtime.datasets.create(user, new)
    pool = runtime.database.pool
    await pool.execute("ALTER TABLE datasets DROP CONSTRAINT ck_datasets_kind")
    await pool.execute("UPDATE datasets SET kind = 'document' WHERE id = $1", made.id)
    return made


@pytest.mark.parametrize("type_", ["image_analysis", "clustering", "eda", "embedding_model"])
async def test_a_type_refuses_a_dataset_of_a_kind_that_it_is_not_for(
    runtime: Runtime, user: User, document: Dataset, type_: str
) -> None:
    params = {"name": "a", "model": "/m", "sha256": 64 * "0"} if "model" in type_ else None

    with pytest.raises(OtherKind, match="kind image"):
        await runtime.tasks.start(user, Submission(type_, document.id, params=params))

    assert await tasks_in(runtime) == 0


async def test_a_comparison_refuses_a_side_of_another_kind_but_a_missing_one_first(
    runtime: Runtime, user: User, dataset: Dataset, document: Dataset
) -> None:
    for sides in ((dataset.id, document.id), (document.id, dataset.id)):
        with pytest.raises(OtherKind, match="two datasets of the same kind"):
            await runtime.tasks.submit(user, Submission("drift", *sides))
    with pytest.raises(DatasetNotFound):
        await runtime.tasks.submit(user, Submission("drift", document.id, uuid4()))

    assert await tasks_in(runtime) == 0


async def test_a_type_that_is_for_every_kind_compares_two_of_the_same_one(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, document: Dataset
) -> None:
    any_kind: Any = ("image", "document")
    catalogue = Catalogue([replace(DRIFT, kinds=any_kind)])
    async with open_runtime(settings, connections=3, catalogue=catalogue) as later:
        with pytest.raises(OtherKind):
            await later.tasks.submit(user, Submission("drift", dataset.id, document.id))
        splits = {"reference": {"split": "train"}, "current": {"split": "test"}}
        asked = Submission("drift", document.id, document.id, params=splits)

        assert (await later.tasks.submit(user, asked)).outcome == "created"


async def test_what_a_submission_answers_is_what_the_database_holds(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    for submission in (analysis(dataset), replace(analysis(dataset), priority=Priority.HIGH)):
        told = (await runtime.tasks.submit(user, replace(submission, params={}))).task

        (held,) = await runtime.tasks.page(user, limit=1)
        assert replace(held, read_at=told.read_at) == told
        await runtime.tasks.cancel(user, told.id)


async def test_a_key_is_answered_with_the_same_task_even_after_its_end(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    first = await runtime.tasks.submit(user, analysis(dataset, "a key"))
    async with running_worker(runtime):
        await ended(runtime, user, first.task.id)

    again = await runtime.tasks.submit(user, analysis(dataset, "a key"))

    assert (again.task.id, again.outcome) == (first.task.id, "created")
    assert again.task.status is Status.COMPLETED
    assert await tasks_in(runtime) == 1


async def test_a_key_that_was_used_for_something_else_is_refused(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await runtime.tasks.submit(user, analysis(dataset, "a key"))

    for other in (
        analysis(dataset, "a key", dark_threshold=0.1),
        replace(analysis(dataset, "a key"), priority=Priority.HIGH),
        replace(analysis(dataset, "a key"), force=False),
    ):
        with pytest.raises(IdempotencyKeyReused):
            await runtime.tasks.submit(user, other)

    assert await tasks_in(runtime) == 1


async def test_one_key_at_the_same_instant_in_two_processes_is_one_task(
    runtime: Runtime, other_web: Runtime, user: User, dataset: Dataset
) -> None:
    told = await asyncio.gather(
        *(
            web.tasks.submit(user, analysis(dataset, "a key"))
            for web in (runtime, other_web)
            for _ in range(6)
        )
    )

    assert len({one.task.id for one in told}) == 1
    assert {one.outcome for one in told} == {"created"}
    assert await tasks_in(runtime) == 1


async def test_one_key_for_many_requests_at_the_same_instant_is_one_task_and_refusals(
    runtime: Runtime, other_web: Runtime, user: User, dataset: Dataset
) -> None:
    told = await asyncio.gather(
        *(
            web.tasks.submit(user, analysis(dataset, "a key", dark_threshold=n / 10))
            for n, web in enumerate((runtime, other_web) * 5)
        ),
        return_exceptions=True,
    )

    assert len(created(told)) == 1
    assert sum(isinstance(one, IdempotencyKeyReused) for one in told) == 9
    assert await tasks_in(runtime) == 1


async def test_keys_are_each_users_own_and_last_for_a_day(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    other = await runtime.access.ensure("other", Role.ADMIN)
    first = await runtime.tasks.submit(user, analysis(dataset, "a key"))
    others = await runtime.tasks.submit(other, analysis(dataset, "a key", dark_threshold=0.1))
    await runtime.database.pool.execute(
        "UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'"
    )

    later = await runtime.tasks.submit(user, analysis(dataset, "a key", dark_threshold=0.2))
    await runtime.tasks.forget_keys()

    assert len({first.task.id, others.task.id, later.task.id}) == 3
    keys = await runtime.database.pool.fetch("SELECT task_id FROM idempotency_keys")
    assert [row["task_id"] for row in keys] == [later.task.id]


async def test_a_user_cannot_have_more_active_tasks_than_allowed_however_fast_they_ask(
    narrow: Runtime, user: User, dataset: Dataset
) -> None:
    told = await asyncio.gather(
        *(narrow.tasks.submit(user, analysis(dataset, dark_threshold=n / 10)) for n in range(10)),
        return_exceptions=True,
    )

    refused = [one for one in told if isinstance(one, TooManyActiveTasks)]
    assert (len(created(told)), len(refused)) == (MOST, 10 - MOST)
    assert int(refused[0].headers["Retry-After"]) > 0


async def test_what_is_answered_by_another_task_is_not_counted(
    narrow: Runtime, user: User, dataset: Dataset
) -> None:
    for n in range(MOST):
        await narrow.tasks.submit(user, analysis(dataset, dark_threshold=n / 10))

    again = await narrow.tasks.submit(user, analysis(dataset, dark_threshold=0.1))

    assert again.outcome == "active"
    other = await narrow.access.ensure("other", Role.ADMIN)
    theirs = await narrow.tasks.submit(other, analysis(dataset, dark_threshold=0.9))
    assert theirs.outcome == "created"


async def test_there_is_room_again_once_a_task_has_ended(
    narrow: Runtime, user: User, dataset: Dataset
) -> None:
    told = [
        await narrow.tasks.submit(user, analysis(dataset, dark_threshold=n / 10))
        for n in range(MOST)
    ]
    await narrow.tasks.cancel(user, told[0].task.id)

    another = await narrow.tasks.submit(user, analysis(dataset, dark_threshold=0.9))

    assert another.outcome == "created"
