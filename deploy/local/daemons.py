"""Daemons: programs that run beside this one, log into a file and end with it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1
SHOWN_LINES = 15
SHOWN_BYTES = 16 << 10
# loaded here and not in the forked child, which should do as little as it can
_LIBC = ctypes.CDLL(None) if LINUX else None


@dataclass(frozen=True)
class Identity:
    """Whom a program runs as: another user, or the same one under another number."""

    uid: int | None = None
    prefix: tuple[str, ...] = ()


OURSELVES = Identity()


@dataclass(frozen=True)
class Daemon:
    """A running program; it leads a process group of its own."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    stop_signal: signal.Signals

    def complaint(self) -> str | None:
        """What to tell if it has ended without being told to; None while it runs."""
        status = self.process.poll()
        if status is None:
            return None
        how = f"status {status}" if status >= 0 else signal.Signals(-status).name
        return f"{self.name} ended with {how}; the end of {self.log}:\n{last_lines(self.log)}"

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)

    def stop(self, seconds: float = 10) -> None:
        """Returns when nothing of it is left."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start_daemon(
    name: str,
    command: Sequence[str],
    *,
    log: Path,
    stop_signal: signal.Signals,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    identity: Identity = OURSELVES,
) -> Daemon:
    """Starts a program that gets ``stop_signal`` when this thread ends, however it does."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*identity.prefix, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=_ends_with_us(stop_signal),
            user=identity.uid,
            group=identity.uid,
            extra_groups=None if identity.uid is None else [],
        )
    return Daemon(name, process, log, stop_signal)


def last_lines(log: Path) -> str:
    with suppress(OSError), log.open("rb") as reader:
        reader.seek(max(log.stat().st_size - SHOWN_BYTES, 0))
        lines = reader.read().decode(errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-SHOWN_LINES:])
    return "  (nothing can be read)"


def _ends_with_us(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, stop_signal)
        if os.getppid() != parent:
            os._exit(1)

    return tie
