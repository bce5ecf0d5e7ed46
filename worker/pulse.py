"""Pulse: tells the worker's parent that its loops go round; silence gets it replaced."""

import asyncio
import os
from contextlib import suppress
from enum import StrEnum

import structlog

from service.clock import Clock

log = structlog.get_logger()

TELL_SECONDS = 1.0


class Loop(StrEnum):
    """A loop without which a worker is none."""

    RUNNER = "runner"
    HEART = "heart"
    SAVER = "saver"


LONGEST_SECONDS = {Loop.RUNNER: 10.0, Loop.HEART: 10.0, Loop.SAVER: 90.0}
"""In what time each comes round at the latest; a statement of the saver's may take a minute."""


class Pulse:
    """What the loops beat, and the parent hears."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beaten = dict.fromkeys(Loop, clock.monotonic())

    def beat(self, loop: Loop) -> None:
        """Says that a loop has come round."""
        self._beaten[loop] = self._clock.monotonic()

    def stuck(self) -> list[Loop]:
        """The loops that have not come round in time."""
        now = self._clock.monotonic()
        return [loop for loop in Loop if now - self._beaten[loop] > LONGEST_SECONDS[loop]]

    async def tell(self, pipe: int) -> None:
        """A byte a second, for as long as no loop is stuck."""
        os.set_blocking(pipe, False)
        while True:
            if stuck := self.stuck():
                log.error("worker.stuck", loops=stuck)
            else:
                with suppress(BlockingIOError, BrokenPipeError):
                    os.write(pipe, b".")
            await asyncio.sleep(TELL_SECONDS)
