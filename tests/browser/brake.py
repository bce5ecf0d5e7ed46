"""Brake: a worker whose children crawl, so that a page can be looked at while they work."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import psutil

RUNS_SECONDS = 0.005
RESTS_SECONDS = 0.095


class Brake:
    """Lets children run for a twentieth of the time, until it is let go."""

    def __init__(self, worker: int) -> None:
        self._worker = psutil.Process(worker)
        self._let_go = Event()

    def let_go(self) -> None:
        self._let_go.set()

    def press(self) -> None:
        while not self._let_go.is_set():
            children = [each for each in self._worker.children(recursive=True) if _is_leaf(each)]
            for each in children:
                with suppress(psutil.NoSuchProcess):
                    each.suspend()
            self._let_go.wait(RESTS_SECONDS)
            for each in children:
                with suppress(psutil.NoSuchProcess):
                    each.resume()
            self._let_go.wait(RUNS_SECONDS)


@contextmanager
def braked(worker: int) -> Generator[Brake]:
    brake = Brake(worker)
    pressing = Thread(target=brake.press)
    pressing.start()
    try:
        yield brake
    finally:
        brake.let_go()
        pressing.join()


def _is_leaf(process: psutil.Process) -> bool:
    try:
        return not process.children()
    except psutil.NoSuchProcess:
        return False
