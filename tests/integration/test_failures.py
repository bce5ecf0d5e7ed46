"""Failures: whose they are, what they are called, and that the others go on."""

import asyncio
import hashlib
import os
import re
import resource
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from service.clock import Clock
from service.db.away import DATABASE_ERRORS, may_pass
from service.domain.datasets import Dataset, Visibility
from service.domain.saves import FractionSave, ItemSave
from service.domain.tasks import Status
from service.domain.users import Role, User
from service.processes.executor import ChildNotStarted
from service.processes.output import ItemError
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.archives import Tarred, tar_file
from tests.eventually import eventually
from tests.integration.conftest import ended, has_log_line, running_worker
from tests.integration.executing import CHILDREN, data, opened, results
from tests.integration.solo import importing, submit
from worker.active import ActiveRuns
from worker.execution import UNEXPECTED
from worker.pulse import Pulse
from worker.saver import Saver
from worker.work import Run, SoloTools

NO_ITEM = 10**9


async def test_a_row_that_is_never_taken_fails_its_run_and_no_other(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    together = asyncio.Barrier(2)

    async def save(run: Run, tools: SoloTools) -> None:
        await together.wait()
        bad = run.chunk.params["path"] == "/bad"
        rows = [ItemSave(run.chunk.fence, "made up", NO_ITEM, 1.0, None)] if bad else []
        await tools.save([FractionSave(run.chunk.fence, 500), *rows])

    async with running_worker(runtime, analyses=importing(save)):
        bad = await submit(runtime, user, dataset, "/bad")
        good = await submit(runtime, user, dataset, "/good")
        told = await ended(runtime, user, good.id)
        failed = await ended(runtime, user, bad.id)

    assert told.status is Status.COMPLETED
    assert failed.status is Status.FAILED
    assert failed.error is not None
    assert failed.error.code == "not_saved"


async def test_a_result_that_is_never_taken_fails_its_task(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def no_result(run: Run, tools: SoloTools) -> Mapping[str, Any]:
        return {"a": "\x00"}

    async with running_worker(runtime, analyses=importing(no_result)):
        task = await submit(runtime, user, dataset)
        told = await ended(runtime, user, task.id)

    assert told.error is not None
    assert told.error.code == "not_saved"


async def test_a_flush_ends_while_others_go_on_saving(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    worker_id = uuid4()
    (claim,) = await runtime.runs.claim(worker_id, 1)
    pulse = Pulse(Clock())
    saver = Saver(runtime.runs, runtime.storage, worker_id, ActiveRuns(1), pulse)
    added = asyncio.Event()

    async def save() -> None:
        while True:
            await saver.add([FractionSave(claim.chunk.fence, 5)])
            added.set()
            await asyncio.sleep(0.001)  # slow enough never to have to wait

    loops = [asyncio.create_task(saver.run()), *(asyncio.create_task(save()) for _ in range(4))]
    await added.wait()
    async with asyncio.timeout(5):
        await saver.flush()
    for loop in loops:
        loop.cancel()

    assert await runtime.database.pool.fetchval("SELECT sum(done) FROM chunks") == 5


async def test_only_what_may_succeed_later_is_tried_again(runtime: Runtime) -> None:
    async def told(statement: str, *values: object) -> bool:
        with pytest.raises(DATABASE_ERRORS) as raised:
            await runtime.database.pool.execute(statement, *values)
        return may_pass(raised.value)

    assert await told("SELECT pg_terminate_backend(pg_backend_pid())")
    assert not await told("SELECT $1::int", "no number")
    assert not await told("SELECT $1::text", "\x00")
    assert not await told("INSERT INTO task_log (task_id, seq) VALUES (gen_random_uuid(), 1)")


async def test_a_read_that_loses_its_connection_is_tried_again_too(runtime: Runtime) -> None:
    async with runtime.database.engine.connect() as connection:
        with pytest.raises(DATABASE_ERRORS) as raised:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        assert may_pass(raised.value)


async def test_connections_that_are_terminated_all_the_time_fail_no_task(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    async def end_connections() -> None:
        connection = await asyncpg.connect(runtime.settings.database_url, ssl=False)
        others = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND datname = current_database()"""
        try:
            while True:
                await connection.execute(others)
                await asyncio.sleep(0.005)
        finally:
            await connection.close()

    folders = [tmp_path / str(n) for n in range(20)]
    for folder in folders:
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    tasks = [await submit(runtime, user, dataset, str(folder)) for folder in folders]
    async with running_worker(runtime):
        ending = asyncio.create_task(end_connections())
        await asyncio.wait([ending], timeout=3)
        ending.cancel()
        await runtime.database.pool.expire_connections()  # the test itself has no patience
        told = [await ended(runtime, user, task.id) for task in tasks]

    assert {(task.status, task.partial) for task in told} == {(Status.COMPLETED, False)}


async def test_a_timeout_of_the_database_is_not_told_as_the_runs_own(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def time_out(run: Run, tools: SoloTools) -> None:
        if run.chunk.attempts == 0:
            await run.runtime.database.pool.execute("SELECT pg_sleep(10)", timeout=0.1)

    async with running_worker(runtime, analyses=importing(time_out)):
        task = await submit(runtime, user, dataset)
        told = await ended(runtime, user, task.id)

    lines = await runtime.tasks.log(user, task.id, after=0, limit=10)
    assert told.status is Status.COMPLETED
    assert any(
        re.fullmatch(
            r"will be tried again in [0-9.]+ s: the database or storage was away", x.message
        )
        for x in lines
    )


async def test_a_full_disk_is_not_the_fault_of_the_item_and_may_pass(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def write(run: Run, tools: SoloTools) -> None:
        if run.chunk.attempts == 0:
            async with aclosing(tools.child(f"{CHILDREN}fill_the_disk", None, None)) as told:
                _ = [value async for value in told]

    async with running_worker(runtime, analyses=importing(write), allowed=(CHILDREN, "service.")):
        task = await submit(runtime, user, dataset)
        told = await ended(runtime, user, task.id)

    lines = await runtime.tasks.log(user, task.id, after=0, limit=10)
    assert told.status is Status.COMPLETED
    assert any("no space left" in line.message for line in lines)


async def test_a_run_whose_files_storage_does_not_take_is_tried_again_and_the_others_go_on(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    stored = runtime.storage.blob_path(hashlib.sha256(b"bad").hexdigest())
    stored.parent.write_bytes(b"no folder")

    async with running_worker(runtime):
        bad = await submit(runtime, user, dataset, str(tmp_path / "bad"))
        await eventually(partial(has_log_line, runtime, user, bad.id, "storage does not take"))
        good = await submit(runtime, user, dataset, str(tmp_path / "good"))
        others = await ended(runtime, user, good.id)
        stored.parent.unlink()
        told = await ended(runtime, user, bad.id)

    assert [others.status, told.status] == [Status.COMPLETED, Status.COMPLETED]
    assert (told.partial, stored.read_bytes()) == (False, b"bad")


async def test_an_archive_goes_on_before_the_file_that_could_not_be_stored(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    data = [b"%d" % n for n in range(500)]
    stored = runtime.storage.blob_path(hashlib.sha256(data[150]).hexdigest())
    stored.parent.write_bytes(b"no folder")
    upload = str(uuid4())
    archive = tar_file(*[Tarred(b"a" + each, each) for each in data])
    runtime.storage.upload_path(upload).write_bytes(archive)
    asked = Submission("archive_import", dataset.id, params={"upload": upload})

    async with running_worker(runtime):
        task = (await runtime.tasks.start(user, asked)).task
        await eventually(partial(has_log_line, runtime, user, task.id, "storage does not take"))
        stored.parent.unlink()
        told = await ended(runtime, user, task.id)

    assert (told.status, told.partial) == (Status.COMPLETED, False)
    assert (await runtime.datasets.find(user, dataset.id)).items == len(data)


async def test_a_child_says_that_storage_is_full() -> None:
    async with opened() as executor:
        (told,) = await results(executor, "fill_the_disk", [None])

    assert isinstance(told, ItemError)
    assert told.code == "storage_full"


async def test_a_child_that_cannot_be_started_is_told_as_such() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with opened() as executor:
        held = [os.open("/dev/null", os.O_RDONLY)]
        resource.setrlimit(resource.RLIMIT_NOFILE, (held[0] + 1, limits[1]))
        try:
            with pytest.raises(ChildNotStarted):
                await data(executor, "echo", [1])
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            os.close(held[0])

        assert await data(executor, "echo", [1]) == [1]


async def test_an_error_that_nobody_expected_fails_the_task_with_a_typed_reason(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def stumble(run: Run, tools: SoloTools) -> None:
        raise ValueError("a fault")

    async with running_worker(runtime, analyses=importing(stumble)):
        task = await submit(runtime, user, dataset)
        told = await ended(runtime, user, task.id)

    assert told.error == UNEXPECTED
    mine = await runtime.tasks.log(user, task.id, after=0, limit=10)
    assert "ValueError: a fault" in mine[-1].message
    assert mine[-1].level == "error"


async def test_a_trace_is_for_the_owner_and_admins_only(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def stumble(run: Run, tools: SoloTools) -> None:
        raise ValueError("a fault")

    await runtime.datasets.change(user, dataset.id, name=None, visibility=Visibility.EVERYONE)
    stranger = await runtime.access.ensure("stranger", Role.MEMBER)
    async with running_worker(runtime, analyses=importing(stumble)):
        task = await submit(runtime, user, dataset)
        await ended(runtime, user, task.id)

    lines = await runtime.tasks.log(stranger, task.id, after=0, limit=10)

    assert [line.message for line in lines] == ["started", UNEXPECTED.detail]
