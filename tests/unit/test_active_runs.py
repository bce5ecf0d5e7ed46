"""Active runs: how many chunks more a worker may claim."""

from pathlib import Path
from uuid import uuid4

from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.storage.incoming import IncomingFolder
from worker.active import ActiveRun, ActiveRuns

FOLDER = IncomingFolder(Path())


def run_of(chunk_id: int) -> ActiveRun:
    chunk = ClaimedChunk(
        fence=Fence(chunk_id, 1, uuid4()),
        kind=ChunkKind.WORK,
        first_key=0,
        last_key=0,
        attempts=0,
        task_id=uuid4(),
        task_type="image_analysis",
        stage_id=1,
        stage="features",
        params={},
        owner_id=uuid4(),
        dataset_id=None,
        dataset_version=None,
        target_id=None,
        target_version=None,
        cancelling=False,
    )
    return ActiveRun(chunk, FOLDER)


def filled(slots: int) -> tuple[ActiveRuns, list[ActiveRun]]:
    active, runs = ActiveRuns(slots), [run_of(n) for n in range(slots)]
    for run in runs:
        active.add(run)
    return active, runs


def test_a_run_takes_a_slot_while_it_works() -> None:
    active, _ = filled(2)

    assert active.free_slots == 0


def test_a_run_whose_results_are_being_saved_leaves_its_slot_to_another() -> None:
    active, runs = filled(2)

    active.conclude(runs[0])

    assert active.free_slots == 1


def test_no_more_runs_are_being_saved_than_there_are_slots() -> None:
    active, runs = filled(2)
    for run in runs:
        active.conclude(run)
    for n in (2, 3):
        active.add(late := run_of(n))
        active.conclude(late)

    assert active.free_slots == 0


async def test_who_waits_for_a_slot_goes_on_when_a_run_is_being_saved() -> None:
    active, runs = filled(1)

    active.conclude(runs[0])

    await active.wait_for_slot()
