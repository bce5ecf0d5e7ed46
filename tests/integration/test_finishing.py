"""Chunks that end at the same moment end in one statement, and each for itself."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from service.db.finishing import SoloEnd
from service.domain.chunks import Fence
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.tasks import Submission
from tests.benchmarks import no_op
from tests.integration.conftest import ended, running_worker
from worker.work import Analyses, Run, SoloTools, SoloWork

TASKS = 30


async def _tell_number(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    del tools
    return {"number": run.chunk.params["number"]}


ANALYSES: Analyses = {"no_op": {"only": SoloWork(_tell_number)}}


async def test_each_has_its_own_result(runtime: Runtime, user: User, settings: Settings) -> None:
    wide = settings.model_copy(update={"worker_slots": 8})
    async with open_runtime(wide, connections=8, catalogue=no_op.CATALOGUE) as opened:
        asked = [Submission("no_op", params={"number": n}) for n in range(TASKS)]
        tasks = [(await opened.tasks.submit(user, one)).task for one in asked]

        async with running_worker(opened, analyses=ANALYSES):
            for task in tasks:
                await ended(opened, user, task.id)

        results = [(await opened.tasks.result(user, task.id))["number"] for task in tasks]
    assert results == list(range(TASKS))


async def test_a_superseded_run_among_others_ends_nothing(
    runtime: Runtime, user: User, settings: Settings
) -> None:
    async with open_runtime(settings, connections=8, catalogue=no_op.CATALOGUE) as opened:
        for number in range(3):
            await opened.tasks.submit(user, Submission("no_op", params={"number": number}))
        claims = await opened.runs.claim(uuid4(), 3)
        old = claims[1].chunk.fence
        fences = [
            claims[0].chunk.fence,
            Fence(old.chunk_id, old.run, uuid4()),
            claims[2].chunk.fence,
        ]

        told = await opened.runs.finishing.finish_solos([SoloEnd(fence, {}) for fence in fences])

        rows = await opened.database.pool.fetch("SELECT id, state FROM chunks ORDER BY id")
    assert [end and end.status for end in told] == [Status.COMPLETED, None, Status.COMPLETED]
    assert {row["id"]: row["state"] for row in rows}[old.chunk_id] == "running"


async def test_a_result_that_no_database_takes_fails_alone(
    runtime: Runtime, user: User, settings: Settings
) -> None:
    async def told(run: Run, tools: SoloTools) -> Mapping[str, Any]:
        del tools
        await asyncio.sleep(0.05)  # so that those of all slots end together
        return {"text": "\0" if run.chunk.params["number"] == 1 else "fine"}

    wide = settings.model_copy(update={"worker_slots": 4})
    async with open_runtime(wide, connections=8, catalogue=no_op.CATALOGUE) as opened:
        asked = [Submission("no_op", params={"number": n}) for n in range(4)]
        tasks = [(await opened.tasks.submit(user, one)).task for one in asked]
        async with running_worker(opened, analyses={"no_op": {"only": SoloWork(told)}}):
            ends = [await ended(opened, user, task.id) for task in tasks]

    assert [end.status for end in ends] == [
        Status.COMPLETED,
        Status.FAILED,
        Status.COMPLETED,
        Status.COMPLETED,
    ]
    assert ends[1].error is not None
    assert ends[1].error.code == "not_saved"
