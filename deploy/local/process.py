"""Processes that die with us: started in a group of their own, ended in time, never left behind."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
NOBODY = 65534

Process = subprocess.Popen[bytes]


def start(
    command: Sequence[str | Path],
    *,
    log: IO[bytes],
    when_orphaned: signal.Signals,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: int | None = None,
) -> Process:
    """Starts a program; the kernel sends it ``when_orphaned`` if we die without a word."""
    return subprocess.Popen(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=env,
        cwd=cwd,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        start_new_session=True,
        preexec_fn=_dies_with(os.getpid(), when_orphaned),  # noqa: PLW1509 - one thread starts them
    )


def stop(process: Process, how: signal.Signals, *, seconds: float) -> None:
    """Asks a process to end, and kills its group when it takes too long."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _dies_with(parent: int, how: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None

    def arrange() -> None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # it died before the kernel knew
            os.kill(os.getpid(), how)

    return arrange
