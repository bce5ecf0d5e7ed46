"""CPU: what an awaitable costs by itself, while others run on the same event loop."""

import time
from collections.abc import Awaitable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass
class Meter:
    """CPU seconds of this thread, summed up over everything that it has watched."""

    seconds: float = 0.0


class Watched(Generic[T]):
    """Awaits ``what``, and charges every step that it takes to the meter."""

    def __init__(self, what: Awaitable[T], meter: Meter) -> None:
        self._what = what
        self._meter = meter

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._what.__await__()
        resume = partial(next, steps)
        while True:
            began = time.thread_time()
            try:
                future = resume()
            except StopIteration as end:
                return end.value
            finally:
                self._meter.seconds += time.thread_time() - began
            try:
                yield future
            except BaseException as error:
                resume = partial(steps.throw, error)
            else:
                resume = partial(next, steps)
