"""Stopping processes without ending them, as a hung machine does."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress


def children_of(pid: int) -> list[int]:
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in told.stdout.split()]


def family(pid: int) -> list[int]:
    """A process and its children."""
    return [pid, *children_of(pid)]


@contextmanager
def paused(*pids: int) -> Generator[None]:
    """They do nothing meanwhile."""
    _tell(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _tell(pids, signal.SIGCONT)


def _tell(pids: tuple[int, ...], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
