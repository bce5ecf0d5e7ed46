"""Previewing: when what a worker has counted is shown."""

from typing import Any

from tests.unit.chunks import claimed
from worker.previewing import COUNTED_TASKS, EVERY, Previewing


def one_more(counts: dict[str, Any]) -> None:
    counts["analysed"] = counts.get("analysed", 0) + 1


def test_the_first_preview_of_a_task_goes_with_the_next_batch() -> None:
    previewing = Previewing()
    previewing.count(claimed(), one_more)

    (told,) = previewing.take()

    assert told.counts == {"analysed": 1}


def test_later_ones_go_with_every_fourth_batch() -> None:
    previewing, chunk = Previewing(), claimed()

    told: list[Any] = []
    for _ in range(2 * EVERY):
        previewing.count(chunk, one_more)
        told.append([save.counts["analysed"] for save in previewing.take()])

    assert told == [[1], [], [], [4], [], [], [], [8]]


def test_what_is_told_already_is_not_told_again() -> None:
    previewing = Previewing()
    previewing.count(claimed(), one_more)
    previewing.take()

    assert not [save for _ in range(EVERY) for save in previewing.take()]


def test_a_run_that_was_superseded_shows_no_more() -> None:
    previewing, chunk = Previewing(), claimed()
    previewing.count(chunk, one_more)

    previewing.discard(chunk.fence)

    assert not previewing.take()


def test_only_the_latest_tasks_are_counted() -> None:
    previewing = Previewing()
    for _ in range(COUNTED_TASKS + 1):
        previewing.count(claimed(), one_more)

    assert len(previewing.take()) == COUNTED_TASKS
