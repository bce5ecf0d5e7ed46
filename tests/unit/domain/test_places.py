"""When a waiting task's turn comes: at once, after so many runs, or nobody knows."""

import pytest

from service.domain.places import Place, starts_in


def place(*, ahead: int = 0, running: int = 0, slots: int = 2, seconds: float | None = 4) -> Place:
    return Place(1, ahead, running, slots, seconds)


def test_nobody_knows_while_nobody_works() -> None:
    assert starts_in(place(slots=0)) is None


def test_a_free_slot_is_taken_at_once() -> None:
    wait = starts_in(place(running=1))

    assert wait is not None
    assert wait.low_seconds == 0
    assert wait.high_seconds <= 1


@pytest.mark.parametrize(("ahead", "middle"), [(0, 2), (3, 8), (9, 20)])
def test_busy_slots_become_free_one_after_the_other(ahead: int, middle: float) -> None:
    wait = starts_in(place(ahead=ahead, running=2))

    assert wait is not None
    assert wait.low_seconds < middle < wait.high_seconds
