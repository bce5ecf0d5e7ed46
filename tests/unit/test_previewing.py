"""Previewing: when what a worker has counted is shown."""

from typing import Any
from uuid import UUID, uuid4

from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from worker.previewing import COUNTED_TASKS, EVERY, Previewing


def chunk_of(task_id: UUID) -> ClaimedChunk:
    return ClaimedChunk(
        fence=Fence(1, 1, uuid4()),
        kind=ChunkKind.WORK,
        first_key=0,
        last_key=0,
        attempts=0,
        task_id=task_id,
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


def one_more(counts: dict[str, Any]) -> None:
    counts["analysed"] = counts.get("analysed", 0) + 1


def test_the_first_preview_of_a_task_goes_with_the_next_batch() -> None:
    previewing = Previewing()
    previewing.count(chunk_of(uuid4()), one_more)

    (told,) = previewing.take()

    assert told.counts == {"analysed": 1}


def test_later_ones_go_with_every_fourth_batch() -> None:
    previewing, chunk = Previewing(), chunk_of(uuid4())

    told: list[Any] = []
    for _ in range(2 * EVERY):
        previewing.count(chunk, one_more)
        told.append([save.counts["analysed"] for save in previewing.take()])

    assert told == [[1], [], [], [4], [], [], [], [8]]


def test_what_is_told_already_is_not_told_again() -> None:
    previewing = Previewing()
    previewing.count(chunk_of(uuid4()), one_more)
    previewing.take()

    assert not [save for _ in range(EVERY) for save in previewing.take()]


def test_a_run_that_was_superseded_shows_no_more() -> None:
    previewing, chunk = Previewing(), chunk_of(uuid4())
    previewing.count(chunk, one_more)

    previewing.discard(chunk.fence)

    assert not previewing.take()


def test_only_the_latest_tasks_are_counted() -> None:
    previewing = Previewing()
    for _ in range(COUNTED_TASKS + 1):
        previewing.count(chunk_of(uuid4()), one_more)

    assert len(previewing.take()) == COUNTED_TASKS
