"""The log of a task: what somebody reads who wants to know what became of it."""

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

from service.db.task_log import MAX_LOG_LINES
from service.domain.datasets import Dataset
from service.domain.saves import Reason, SetAsideSave
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime
from tests.integration.conftest import analyse, import_folder, running_worker
from tests.integration.solo import Holding, importing, submit
from tests.integration.test_giving_up import FAULT, claim, fill, planned, read_all
from worker.runner import Runner


async def lines_of(runtime: Runtime, user: User, id_: UUID) -> list[tuple[str | None, str]]:
    lines = await runtime.tasks.log(user, id_, after=0, limit=1000)
    return [(line.stage, line.message) for line in lines]


async def test_stages_tell_what_they_have_to_do_and_how_fast_they_were(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    first = await analyse(runtime, user, dataset)
    again = await analyse(runtime, user, dataset, force=True)

    told = await lines_of(runtime, user, first.id)
    known = await lines_of(runtime, user, again.id)

    total, more = first.stages[0].total, first.stages[0].known
    assert [stage for stage, _ in told] == ["features"] * 3 + ["summary"] * 2
    assert told[0][1] == told[3][1] == "started"
    assert told[1][1] == f"images to do: {total}; known already: {more}"
    assert re.fullmatch(rf"images finished: {total} in [\d.]+ s, [\d.,]+ a second", told[2][1])
    assert re.fullmatch(r"finished in [\d.]+ s", told[4][1])
    items = (await runtime.datasets.find(user, dataset.id)).items
    assert known[1][1] == f"finished: nothing to do; known already: {items}"


async def test_what_needs_no_reading_of_its_own_is_known(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 5)
    await runtime.database.pool.execute(
        """INSERT INTO items (dataset_id, blob_id, path, added_in)
        SELECT dataset_id, blob_id, 'again ' || path, added_in FROM items LIMIT 2"""
    )
    task, _ = await planned(runtime, user, dataset, uuid4())

    (told,) = await runtime.tasks.snapshots([task.id])

    assert (told["metadata"]["total"], told["metadata"]["known"]) == (5, 2)


async def test_items_that_are_set_aside_are_named_with_their_reason_and_not_all_of_them(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 400)
    task, (chunk, *_) = await planned(runtime, user, dataset, uuid4())
    blobs = await claim(runtime, chunk)
    reason = Reason("analysis_error", "it stumbled")

    await runtime.runs.save(
        uuid4(), [SetAsideSave(chunk.fence, blob.id, reason, "a trace") for blob in blobs]
    )

    told = await lines_of(runtime, user, task.id)
    aside = [line for _, line in told if line.endswith(".jpg is set aside: it stumbled")]
    assert len(aside) == sum(line == "a trace" for _, line in told) == 10
    now = await runtime.tasks.find(user, task.id)
    assert (now.log_seq, now.set_aside) == (len(told), len(blobs))


async def test_giving_up_and_handing_back_are_told(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 100)
    task, (bad, other) = await planned(runtime, user, dataset, uuid4())

    await runtime.runs.hand_back(other, after_seconds=0, why="a chunk is handed back")
    await runtime.runs.fail(bad, FAULT, "a trace")

    told = [line for _, line in await lines_of(runtime, user, task.id)]
    assert told[-3:] == [
        "a chunk is handed back",
        f"50 images of a chunk are set aside: {FAULT.detail}",
        "a trace",
    ]


async def test_a_worker_that_ends_tells_that_it_hands_its_work_back(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    holding = Holding()
    hasty = replace(runtime, settings=runtime.settings.model_copy(update={"drain_seconds": 0.1}))
    async with running_worker(hasty, analyses=importing(holding.work)):
        task = await submit(runtime, user, dataset)
        await holding.begun.wait()

    told = await lines_of(runtime, user, task.id)

    assert told == [("list", "started"), ("list", "a chunk is handed back: its worker ends")]


async def test_the_reason_of_an_end_is_the_last_line(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await fill(runtime, dataset, 3)
    task, (chunk,) = await planned(runtime, user, dataset, uuid4())
    await read_all(runtime, chunk, aside=3)
    (last,) = await runtime.runs.claim(uuid4(), 1)

    await runtime.runs.finish(last.chunk, {"made": "up"})

    lines = await runtime.tasks.log(user, task.id, after=0, limit=100)
    assert (await runtime.tasks.find(user, task.id)).status is Status.FAILED
    assert (lines[-1].level, lines[-1].message[:17]) == ("error", "none of the items")


async def test_what_may_go_on_for_ever_stops_being_told(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = await submit(runtime, user, dataset)
    await runtime.database.pool.execute("UPDATE tasks SET log_seq = $1", MAX_LOG_LINES)
    worker_id = uuid4()
    (run,) = await runtime.runs.claim(worker_id, 1)

    await runtime.runs.hand_back(run.chunk, after_seconds=0, why="for ever")
    await runtime.runs.claim(worker_id, 1)
    await runtime.runs.release_worker(worker_id)

    assert await lines_of(runtime, user, task.id) == [("list", "started")]
