"""A wrong clock: wall time that is off by what a file says, from the moment when it says so."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def go_wrong(file: Path) -> None:
    """To be called before anything has taken ``time.time`` into a name of its own."""
    setattr(time, "time", _off_by(str(file), time.time))  # noqa: B010 - pyright knows it as fixed


def _off_by(file: str, right: Callable[[], float]) -> Callable[[], float]:
    def told() -> float:
        if not os.path.exists(file):  # noqa: PTH110 - asked at every look at the clock
            return right()
        return right() + float(Path(file).read_text(encoding="ascii"))

    return told
