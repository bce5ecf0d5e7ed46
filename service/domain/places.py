"""Places: what is before a task that waits, and when its turn may come."""

from dataclasses import dataclass

from service.domain.eta import Remaining

SOON_SECONDS = 1.0
USUAL_RUN_SECONDS = 5.0
"""What a run is taken to last where no worker has ended one yet."""


@dataclass(frozen=True)
class Place:
    """Where a waiting task stands in the order of work."""

    position: int
    """Among the tasks that wait, counted from 1; everybody's first comes before second ones."""
    chunks_ahead: int
    """How many chunks will be taken before its first."""
    running: int
    """How many chunks run."""
    slots: int
    """How many could: those of all workers that are alive."""
    run_seconds: float | None
    """What a run took lately, on average."""


def starts_in(place: Place) -> Remaining | None:
    """Seconds until a slot is free and its turn has come; None where nobody works.

    Busy slots become free one after the other, all of them once within the time of a run.
    """
    if not place.slots:
        return None
    free = max(place.slots - place.running, 0)
    turns = place.chunks_ahead + 1 - free
    if turns <= 0:
        return Remaining(low_seconds=0.0, high_seconds=SOON_SECONDS)
    middle = turns * (place.run_seconds or USUAL_RUN_SECONDS) / place.slots
    return Remaining(low_seconds=middle / 2, high_seconds=max(middle * 2, SOON_SECONDS))
