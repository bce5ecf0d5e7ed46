"""Time limits of a run: the soft one hands the rest back, the hard one kills."""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from service.domain.datasets import Dataset
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.conftest import ended, has_log_line, running_worker
from tests.integration.executing import CHILDREN, until_gone
from tests.integration.solo import chunk_of, importing, submit
from tests.integration.test_giving_up import fill
from worker.analyses import ANALYSES
from worker.work import Analyses, MapWork, Run, SoloTools, SoloWork

ITEMS = 20
FOR_EVER = 3600.0


def limited(runtime: Runtime, *, soft: float = FOR_EVER, hard: float = FOR_EVER) -> Runtime:
    limits = {"run_soft_limit_seconds": soft, "run_limit_seconds": hard}
    return replace(runtime, settings=runtime.settings.model_copy(update=limits))


async def summarise(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    return {"made": "up"}


def reading_slowly() -> Analyses:
    """An image analysis of which every image takes its time."""
    features = ANALYSES["image_analysis"]["features"]
    assert isinstance(features, MapWork)
    slow = replace(features, function=f"{CHILDREN}unreadable_in_the_end")
    return {**ANALYSES, "image_analysis": {"features": slow, "summary": SoloWork(summarise)}}


async def test_a_run_that_is_late_hands_the_rest_back_uncharged_and_others_finish_it(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, ITEMS)
    async with running_worker(
        limited(runtime, soft=0.1), analyses=reading_slowly(), allowed=(CHILDREN,)
    ):
        asked = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

        told = await ended(runtime, user, asked.task.id)

    runs = await runtime.database.pool.fetchrow(
        "SELECT max(run) AS most, sum(attempts) AS charged FROM chunks WHERE kind = 'work'"
    )
    assert (told.status, told.partial, told.stages[0].done) == (Status.COMPLETED, False, ITEMS)
    assert runs["most"] > 1
    assert runs["charged"] == 0
    assert await has_log_line(runtime, user, told.id, " images of a chunk are handed back")


async def test_a_solo_stage_that_is_late_goes_on_and_its_log_says_so(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def until_told(run: Run, tools: SoloTools) -> None:
        said = partial(has_log_line, runtime, user, run.chunk.task_id, "at work for 0.2 seconds")
        await eventually(said, seconds=30)

    async with running_worker(limited(runtime, soft=0.2), analyses=importing(until_told)):
        task = await submit(runtime, user, dataset)

        told = await ended(runtime, user, task.id)

    assert told.status is Status.COMPLETED


async def test_a_run_beyond_its_limit_is_killed_and_charged(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    pids = set[int]()

    async def work(run: Run, tools: SoloTools) -> None:
        async with aclosing(tools.child(f"{CHILDREN}tell_for_ever", None, None)) as told:
            async for pid in told:
                pids.add(pid)

    async with running_worker(
        limited(runtime, hard=0.5), analyses=importing(work), allowed=(CHILDREN,)
    ):
        task = await submit(runtime, user, dataset)
        line = "s: it took longer than 0.5 seconds and was stopped"
        await eventually(partial(has_log_line, runtime, user, task.id, line), seconds=30)
        (first, *_) = pids
        await until_gone(first)
        _, _, attempts = await chunk_of(runtime)
        await runtime.tasks.cancel(user, task.id)

    assert attempts >= 1


async def test_what_runs_into_its_limit_every_time_fails_and_says_why(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def work(run: Run, tools: SoloTools) -> None:
        async with aclosing(tools.child(f"{CHILDREN}tell_for_ever", None, None)) as told:
            _ = [pid async for pid in told]

    task = await submit(runtime, user, dataset)
    await runtime.database.pool.execute("UPDATE chunks SET attempts = 3")

    async with running_worker(
        limited(runtime, hard=0.5), analyses=importing(work), allowed=(CHILDREN,)
    ):
        told = await ended(runtime, user, task.id)

    assert told.error is not None
    assert (told.status, told.error.code) == (Status.FAILED, "time_limit")
