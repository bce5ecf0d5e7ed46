"""Marks: how much of a stage was done when; what its tempo is read from."""

from dataclasses import dataclass

MOST_MARKS = 40
LEAST_APART_SECONDS = 1.0
MOST_APART_SECONDS = 15.0
"""Marks are so far apart that they hold the whole of a short run, and ten minutes of a long one."""


@dataclass(frozen=True)
class Mark:
    """``seconds`` are those that the stage was worked on: long pauses are not among them."""

    seconds: float
    done: int
