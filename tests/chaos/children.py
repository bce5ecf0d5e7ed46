"""What the suite's task types do in children: as their items say, and mostly badly."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.integration.children import die

TICK_SECONDS = 0.1


def nap(item: dict[str, Any], shared: Any) -> Iterator[float]:
    """Sleeps, and says how much of it is over; a deaf one keeps every signal away from itself."""
    del shared
    if item["deaf"]:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    ticks = max(round(item["seconds"] / TICK_SECONDS), 1)
    for tick in range(ticks):
        time.sleep(item["seconds"] / ticks)
        yield (tick + 1) / ticks


def behave(item: dict[str, str], shared: dict[str, float]) -> dict[str, int]:
    """Takes its time, then does what the blob's first word says."""
    word = Path(item["path"]).read_bytes().split()[0].decode()
    time.sleep(shared["seconds"])
    if word == "devour":
        return {"bytes": len(b"x" * (1 << 40))}
    die(word, None)
    return {"pid": os.getpid()}
