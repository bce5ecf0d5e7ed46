"""Death: why a child process is gone, told from how it ended."""

import signal
from pathlib import Path
from typing import Literal, TypeAlias

Reason: TypeAlias = Literal["killed", "crashed", "out_of_memory", "stalled", "protocol"]

OUT_OF_MEMORY = 71
"""Exit code of a child that had no memory left even to say so."""

_UNKNOWN = 255
_CRASHES = {
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGSEGV,
    signal.SIGSYS,
    signal.SIGTRAP,
}


class ChildDied(Exception):
    """A child ended before its order did; everything it had written was yielded before.

    ``index`` is the place in ``Order.items`` of the item it was at, None if it was at none:
    before the first, or between two. ``crashed`` it did itself; ``killed`` was done to it;
    ``stalled`` and ``protocol`` (it broke the rules of its pipe) are why we killed it.
    """

    def __init__(self, index: int | None, reason: Reason, detail: str) -> None:
        super().__init__(index, reason, detail)
        self.index = index
        self.reason: Reason = reason
        self.detail = detail

    def __str__(self) -> str:
        at = "between items" if self.index is None else f"at item {self.index}"
        return f"child {self.reason} {at}: {self.detail}"


def explain(exit_code: int, *, kernel_killed: bool) -> tuple[Reason, str]:
    """Return reason and detail; ``kernel_killed`` if the kernel ran out of memory meanwhile."""
    if exit_code == OUT_OF_MEMORY:
        return "out_of_memory", "no memory left under its limit"
    if exit_code == _UNKNOWN:
        return "killed", "its exit code was lost with the fork server, or is 255"
    if exit_code >= 0:
        return "crashed", f"exit code {exit_code}"
    name = _name(-exit_code)
    if -exit_code in _CRASHES:
        return "crashed", name
    if -exit_code == signal.SIGKILL and kernel_killed:
        return "out_of_memory", f"{name} by the kernel"
    return "killed", name


def kernel_oom_kills() -> int:
    """Count the processes that this machine's kernel has killed for want of memory."""
    try:
        text = Path("/proc/vmstat").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line[9:]) for line in text.splitlines() if line.startswith("oom_kill ")), 0)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
