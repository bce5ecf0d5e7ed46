"""Tempo: how fast a stage goes since its rate changed last, and how far that can be trusted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import sqrt
from statistics import fmean, median
from typing import NamedTuple

from service.domain.marks import Mark

SURE = 4.0
"""The rate has changed where its two parts differ by so many standard errors."""
LEAST_SECONDS = 2.0
"""A shorter part tells nothing about a change."""
FINEST_SECONDS = 0.001
"""Rows know no shorter times; what is counted at the same moment has no rate."""
PARTS = 8
"""Into so many parts a run is divided to see how its rate wanders."""
WANDERS_ON = 1.5
"""What is to come differs from what was by so many times what parts differ from the next."""


@dataclass(frozen=True)
class Tempo:
    """How much was done in how many seconds, and how evenly."""

    done: float
    seconds: float
    noise: float
    """Variance of what is done in a second, if seconds know nothing of each other."""
    wander: float
    """Variance of the rate from one part to the next, beyond what the noise explains."""
    pause_seconds: float
    """How much longer than usually it once took until something was counted."""

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    def doubt(self, ahead_seconds: float) -> float:
        """By what share the rate ahead probably differs: its standard deviation."""
        by_noise = self.noise / self.seconds + self.noise / ahead_seconds
        return sqrt(by_noise + WANDERS_ON * self.wander) / self.rate

    def known_before(self, rate: float, seconds: float) -> "Tempo":
        """As if it had gone on at that rate for so many seconds before."""
        return self.silent(seconds, rate * seconds)

    def silent(self, seconds: float, done: float = 0.0) -> "Tempo":
        """With seconds in which nothing more was counted."""
        return replace(self, done=self.done + done, seconds=self.seconds + seconds)


class _Part(NamedTuple):
    """Windows between marks, taken together; a tuple, since many are made."""

    windows: int
    seconds: float
    done: float
    squares: float
    """Of what each window has done, divided by its seconds."""

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    @property
    def scatter(self) -> float:
        """How far its windows are from its rate: their squared errors by seconds."""
        return max(self.squares - self.done * self.done / self.seconds, 0.0)

    def joined(self, other: "_Part") -> "_Part":
        return _Part(
            self.windows + other.windows,
            self.seconds + other.seconds,
            self.done + other.done,
            self.squares + other.squares,
        )

    def without(self, other: "_Part") -> "_Part":
        return _Part(
            self.windows - other.windows,
            self.seconds - other.seconds,
            self.done - other.done,
            self.squares - other.squares,
        )


def tempo(marks: Sequence[Mark]) -> Tempo | None:
    """None where nothing was done yet.

    What was before the last change of the rate is forgotten by the rate, not by the doubt: what
    has changed may change again.
    """
    windows = list(_windows(marks))
    lately = windows
    while first := _change(lately):
        lately = lately[first:]
    whole = _sum(lately) if lately else None
    if whole is None or not whole.done:
        return None
    noise = max(whole.scatter / max(whole.windows - 1, 1), whole.rate)
    waits = [window.seconds for window in windows]
    pause = max(waits) - median(waits)
    return Tempo(whole.done, whole.seconds, noise, _wander(windows, noise), pause)


def _windows(marks: Sequence[Mark]) -> Iterator[_Part]:
    for before, after in pairwise(marks):
        seconds, done = after.seconds - before.seconds, after.done - before.done
        if seconds >= FINEST_SECONDS:
            yield _Part(1, seconds, done, done * done / seconds)


def _change(windows: Sequence[_Part]) -> int | None:
    """Where the rate has most surely changed; None where it has not."""
    if len(windows) < 4:
        return None
    until = list(accumulate(windows, _Part.joined))
    doubts = {at: _difference(until[at - 1], until[-1]) for at in range(2, len(windows) - 1)}
    surest = max(doubts, key=doubts.__getitem__)
    return surest if doubts[surest] > SURE else None


def _difference(before: _Part, whole: _Part) -> float:
    """Between the rates of the parts of a run, in standard errors; never below a chance's."""
    after = whole.without(before)
    if after.seconds < LEAST_SECONDS or after.done <= 0:
        return 0.0
    noise = max((before.scatter + after.scatter) / (whole.windows - 2), whole.rate)
    error = sqrt(noise * (1 / before.seconds + 1 / after.seconds))
    return abs(before.rate - after.rate) / error


def _wander(windows: Sequence[_Part], noise: float) -> float:
    """Half the mean square of the differences between neighbours (Allan's variance)."""
    least = max(_sum(windows).seconds / PARTS, LEAST_SECONDS)
    rates = [part.rate for part in _parts(windows, least)]
    if len(rates) < 2:
        return 0.0
    return max(fmean((b - a) ** 2 for a, b in pairwise(rates)) / 2 - noise / least, 0.0)


def _parts(windows: Sequence[_Part], seconds: float) -> Iterator[_Part]:
    """Windows together, at least so many seconds each; what is left over is left out."""
    part: _Part | None = None
    for window in windows:
        part = part.joined(window) if part else window
        if part.seconds >= seconds:
            yield part
            part = None


def _sum(windows: Sequence[_Part]) -> _Part:
    return list(accumulate(windows, _Part.joined))[-1]
