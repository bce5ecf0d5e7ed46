"""Pace: how long a stage usually takes by its size, learnt from the tasks before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

LEAST_SPREAD, MOST_SPREAD = 0.15, 1.0


@dataclass(frozen=True)
class Took:
    """What a completed stage took: its size, in keys or items, and seconds."""

    size: int
    seconds: float


@dataclass(frozen=True)
class Pace:
    """Seconds that a stage takes whatever its size, and for each key or item of it."""

    fixed_seconds: float
    unit_seconds: float
    spread: float
    """By what share half of the stages before were further off than this."""

    def seconds(self, size: int) -> float:
        """What a stage of that size will take, 0 or more."""
        return self.fixed_seconds + self.unit_seconds * size


def learnt(before: Sequence[Took]) -> Pace | None:
    """The line through what stages took by size, as Theil and Sen draw it; None without any.

    Medians do not mind a few stages that waited for a worker. Neither part is negative: a line
    that would be goes through the origin, or is level.
    (Theil 1950, "A rank-invariant method of linear and polynomial regression analysis";
    Sen 1968, "Estimates of the regression coefficient based on Kendall's tau".)
    """
    if not before:
        return None
    slopes = [
        (b.seconds - a.seconds) / (b.size - a.size)
        for a, b in combinations(before, 2)
        if a.size != b.size
    ]
    unit = max(median(slopes), 0.0) if slopes else 0.0
    fixed = median(took.seconds - unit * took.size for took in before)
    if fixed < 0 or not slopes:
        fixed, unit = _through_origin(before)
    return Pace(fixed, unit, _spread(before, fixed, unit))


def _through_origin(before: Sequence[Took]) -> tuple[float, float]:
    """Without two sizes nothing tells the parts apart: all is taken to grow with the size."""
    sized = [took for took in before if took.size]
    if not sized:
        return median(took.seconds for took in before), 0.0
    return 0.0, median(took.seconds / took.size for took in sized)


def _spread(before: Sequence[Took], fixed: float, unit: float) -> float:
    off = median(
        abs(took.seconds - told) / told if (told := fixed + unit * took.size) else 1.0
        for took in before
    )
    return min(max(off, LEAST_SPREAD), MOST_SPREAD)
