"""Traces: when a stage of about a minute saved how much, for several kinds of work."""

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import exp, sqrt
from random import Random

SAVE_SECONDS = 0.25
SECONDS = 60.0
KEYS = 3000
ITEMS = 400
SLOTS = 2

Rate = Callable[[float, float], float]
"""Keys a second at so many seconds, once such a share is done."""


@dataclass(frozen=True)
class Trace:
    """``saves`` are seconds since the stage began, and how much was done by then."""

    saves: tuple[tuple[float, int], ...]

    @property
    def total(self) -> int:
        return self.saves[-1][1]

    @property
    def seconds(self) -> float:
        return self.saves[-1][0]


def going(rng: Random, rate: Rate, keys: int = KEYS) -> Trace:
    """Work whose every save brings between half and one and a half of what is usual."""
    return Trace(tuple(_saves(rng, rate, keys)))


def _saves(rng: Random, rate: Rate, keys: int) -> Iterator[tuple[float, int]]:
    brought, done = 0.0, 0
    for tick in count(1):
        now = tick * SAVE_SECONDS
        brought += rate(now, done / keys) * SAVE_SECONDS * rng.uniform(0.5, 1.5)
        if int(brought) > done:
            done = min(int(brought), keys)
            yield now, done
        if done == keys:
            return


def _steady(rng: Random) -> Trace:
    return going(rng, lambda now, share: KEYS / SECONDS)


def _halving(rng: Random) -> Trace:
    return going(rng, lambda now, share: (1.5 if share < 0.5 else 0.75) * KEYS / SECONDS)


def _more_slots(rng: Random) -> Trace:
    return going(rng, lambda now, share: (0.6 if now < SECONDS / 3 else 1.2) * KEYS / SECONDS)


def _warming_up(rng: Random) -> Trace:
    """Ten seconds until it is at its best."""
    return going(rng, lambda now, share: min(0.1 + now / 11, 1) * 1.1 * KEYS / SECONDS)


def _pausing(rng: Random) -> Trace:
    """For one to four seconds, about every seven."""
    pauses = list(_pauses(rng))

    def rate(now: float, share: float) -> float:
        paused = any(begin <= now < end for begin, end in pauses)
        return 0 if paused else 1.35 * KEYS / SECONDS

    return going(rng, rate)


def _pauses(rng: Random) -> Iterator[tuple[float, float]]:
    now = 0.0
    while now < 10 * SECONDS:
        begin = now + rng.expovariate(1 / 7)
        now = begin + rng.uniform(1, 4)
        yield begin, now


def _wandering(rng: Random) -> Trace:
    """Its rate is 1.5 times as high or low as usual in a third of the time, for ten seconds."""
    keep, away = exp(-SAVE_SECONDS / 10), 0.0

    def rate(now: float, share: float) -> float:
        nonlocal away
        away = away * keep + rng.gauss(0, 0.4) * sqrt(1 - keep * keep)
        return 0.92 * exp(away) * KEYS / SECONDS

    return going(rng, rate)


def _by_items(seconds: Callable[[Random], float], rng: Random) -> Trace:
    """Items of that many seconds, one after the other in every slot."""
    each = [seconds(rng) for _ in range(ITEMS)]
    scale = SLOTS * SECONDS / sum(each)
    free, ends = [0.0] * SLOTS, list[float]()
    for item in each:
        ends.append(heapq.heappop(free) + item * scale)
        heapq.heappush(free, ends[-1])
    ticks = [int(end // SAVE_SECONDS) + 1 for end in sorted(ends)]
    by_tick = {tick: done for done, tick in enumerate(ticks, start=1)}
    return Trace(tuple((tick * SAVE_SECONDS, done) for tick, done in by_tick.items()))


TRACES: Mapping[str, Callable[[Random], Trace]] = {
    "steady, jitter": _steady,
    "heavy-tailed items": partial(_by_items, lambda rng: rng.lognormvariate(0, 1.5)),
    "very heavy-tailed items": partial(_by_items, lambda rng: rng.paretovariate(1.5)),
    "pauses": _pausing,
    "wandering": _wandering,
    "slow warm-up": _warming_up,
    "rate halves": _halving,
    "slots added": _more_slots,
}
"""By what they are; a seed makes one of each."""
