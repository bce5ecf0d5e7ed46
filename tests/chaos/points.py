"""Points: named places in a process at which a test may have it killed, stopped or blocked.

Production code knows nothing of them: the entry modules here wrap methods with ``mark``.
"""

import functools
import inspect
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Points:
    """Passes each point by, unless a file of its name says what is to happen there, once."""

    def __init__(self, folder: Path, role: str) -> None:
        self._prefix = f"{folder}/{role}"

    def mark(self, owner: type, method: str) -> None:
        """Makes ``<role>.<method>.before`` and ``….after`` points of the process."""
        original = getattr(owner, method)
        wrap = self._async if inspect.iscoroutinefunction(original) else self._sync
        setattr(owner, method, wrap(original, method))

    def _async(self, original: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(original)
        async def marked(*given: Any, **named: Any) -> Any:
            self._pass(f"{name}.before")
            told = await original(*given, **named)
            self._pass(f"{name}.after", told)
            return told

        return marked

    def _sync(self, original: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(original)
        def marked(*given: Any, **named: Any) -> Any:
            self._pass(f"{name}.before")
            told = original(*given, **named)
            self._pass(f"{name}.after", told)
            return told

        return marked

    def _pass(self, name: str, told: object = True) -> None:
        """A claim that brought nothing is no point to die at."""
        if told == []:
            return
        order = f"{self._prefix}.{name}"
        try:
            os.rename(order, taken := f"{order}!{os.getpid()}")  # noqa: PTH104 - one of many wins
        except FileNotFoundError:
            return
        _obey(Path(taken).read_text(encoding="ascii"))


def _obey(order: str) -> None:
    match order.split():
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["stop"]:
            os.kill(os.getppid(), signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
        case ["block", seconds]:
            time.sleep(float(seconds))
        case _:
            raise ValueError(f"nobody can {order!r}")
