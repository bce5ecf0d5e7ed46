"""Child: the process that works on orders, one item after the other, until its parent is gone."""

import contextlib
import ctypes
import gc
import importlib
import inspect
import os
import resource
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from ctypes import c_int64
from pathlib import Path
from typing import TypeAlias

from service.errors import Unreadable
from service.processes.death import OUT_OF_MEMORY
from service.processes.framing import Framing
from service.processes.limits import Limits
from service.processes.output import JSON, NO_SPACE, STORAGE_FULL, ItemError, Output
from service.processes.replies import Done, Ready, Refused, Reply, body_of

Function: TypeAlias = Callable[[JSON, JSON], JSON]

_PR_SET_PDEATHSIG = 1
_READ_BYTES = 256 * 1024
_YOUNG_OBJECTS = 10_000
"""How many may be made between two looks for cycles; images leave none behind."""
_DETAIL_CHARACTERS = 1_000
_TRACEBACK_CHARACTERS = 10_000


def main(pipe: socket.socket, current: c_int64, limits: Limits, allowed: Sequence[str]) -> None:
    """Run as a child; ``current`` is shared memory that says at which item it is."""
    from service.processes import preload

    _outlive_no_one(preload.SERVER_PID)
    preload.let_server_see_parent_die()
    os.set_inheritable(pipe.fileno(), False)
    _limit(limits.memory_bytes)
    _silence()
    # What was preloaded is shared with the other children until the collector touches it.
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS)
    child = Child(pipe, current, limits, allowed)
    try:
        child.serve(preloaded=os.getpid() != preload.SERVER_PID)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


class Child:
    """Reads orders and writes replies on one pipe."""

    def __init__(
        self, pipe: socket.socket, current: c_int64, limits: Limits, allowed: Sequence[str]
    ) -> None:
        self._pipe = pipe
        self._current = current
        self._allowed = tuple(allowed)
        self._functions: dict[str, Function] = {}
        self._replies = Framing(frame_bytes=limits.frame_bytes, json_bytes=limits.json_bytes)
        self._orders = Framing(frame_bytes=limits.frame_bytes, json_bytes=limits.frame_bytes)

    def serve(self, *, preloaded: bool) -> None:
        self._say(Ready(preloaded))
        while True:
            function, items, shared = self._next_order()
            self._work(function, items, shared)

    def _next_order(self) -> list[JSON]:
        while (frame := self._orders.read()) is None:
            self._orders.feed(self._receive())
        return frame[0]

    def _work(self, path: str, items: Sequence[JSON], shared: JSON) -> None:
        try:
            function = self._find(path)
        except Exception as error:
            self._say(Refused(_describe(error)))
            return
        for index, item in enumerate(items):
            self._current.value = index
            failure = self._try(index, function, item, shared)
            if failure is not None:
                self._say(failure)
        self._say(Done(time.process_time(), _resident_bytes()))

    def _find(self, path: str) -> Function:
        if path not in self._functions:
            if not path.startswith(self._allowed):
                raise PermissionError(f"{path!r} is not under {', '.join(self._allowed)}")
            module, _, name = path.rpartition(".")
            self._functions[path] = getattr(importlib.import_module(module), name)
        return self._functions[path]

    def _try(self, index: int, function: Function, item: JSON, shared: JSON) -> ItemError | None:
        """Return what went wrong; by then the memory is free that the item's frames held."""
        try:
            self._run(index, function(item, shared))
        except Unreadable as error:
            return ItemError(index, error.code, _clean(error.detail[:_DETAIL_CHARACTERS]))
        except MemoryError:
            return ItemError(index, "out_of_memory", "it needs more memory than it may have")
        except BaseException as error:
            # A child outlives whatever an item raises, SystemExit too.
            if isinstance(error, OSError) and error.errno in NO_SPACE:
                return ItemError(index, STORAGE_FULL, "there is no space left to write to")
            text = _clean(traceback.format_exc()[-_TRACEBACK_CHARACTERS:])
            return ItemError(index, "analysis_error", _describe(error), text)
        return None

    def _run(self, index: int, result: JSON) -> None:
        if inspect.isgenerator(result):
            while True:
                try:
                    value = next(result)
                except StopIteration as stop:
                    result = stop.value
                    break
                self._give(index, value, last=False)
        self._give(index, result, last=True)

    def _give(self, index: int, value: JSON, *, last: bool) -> None:
        match value:
            case (data, bytes(blob)):
                self._say(Output(index, data, blob, last))
            case data:
                self._say(Output(index, data, b"", last))

    def _say(self, reply: Reply) -> None:
        blob = reply.blob if isinstance(reply, Output) else b""
        frame = self._replies.write(body_of(reply), blob)
        try:
            self._pipe.sendall(frame)
        except OSError:
            # Nobody listens any more; there is nothing to put away.
            os._exit(0)

    def _receive(self) -> bytes:
        try:
            data = self._pipe.recv(_READ_BYTES)
        except OSError:
            data = b""
        if not data:
            os._exit(0)
        return data


def _outlive_no_one(server_pid: int) -> None:
    """Have the kernel kill this process when the fork server dies, or end if it just did."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getpid() != server_pid != os.getppid():
        os._exit(0)


def _limit(memory_bytes: int) -> None:
    """Limit data, not address space, of which BLAS and ONNX reserve much more than they use."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        memory_bytes = min(memory_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        # Where memory runs out, the kernel shall choose a child, not a worker or a database.
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def _silence() -> None:
    """Codecs complain to stderr about strangers' files, hundreds of lines for one of them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


def _describe(error: BaseException) -> str:
    text = "".join(traceback.format_exception_only(error)).strip()
    return _clean(text[:_DETAIL_CHARACTERS])


def _clean(text: str) -> str:
    """Replace lone surrogates, as in the names of some files, which JSON cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
