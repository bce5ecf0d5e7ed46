"""Active runs: how many chunks more a worker may claim."""

import asyncio
from pathlib import Path

from service.storage.incoming import IncomingFolder
from tests.unit.chunks import claimed
from worker.active import ActiveRun, ActiveRuns


def run_of(chunk_id: int) -> ActiveRun:
    return ActiveRun(claimed(chunk_id), IncomingFolder(Path()))


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
    waiting = asyncio.create_task(active.wait_for_slot())
    await asyncio.sleep(0)
    assert not waiting.done()

    active.conclude(runs[0])

    await asyncio.wait_for(waiting, 5)
    assert active.free_slots == 1
