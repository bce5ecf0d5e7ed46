"""Keeping: for how long what has ended is kept; None is for ever."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Keeping:
    """Counted from a task's end, or from when nothing pointed to bytes any more.

    A task that is the last of its kind on a dataset that is still there outlives ``tasks`` and
    ``results``.
    """

    tasks: timedelta | None
    results: timedelta | None
    logs: timedelta | None
    orphans: timedelta | None
