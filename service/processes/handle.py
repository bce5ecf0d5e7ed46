"""Handle: the parent's end of one child process, from its start to its burial."""

import asyncio
import contextlib
import multiprocessing
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor as Threads
from ctypes import c_int64
from dataclasses import dataclass
from multiprocessing.process import BaseProcess

from service.processes import child, death
from service.processes.counters import Counters
from service.processes.death import ChildDied, Reason
from service.processes.framing import Framing, MalformedFrame
from service.processes.limits import Limits
from service.processes.output import ItemError, Output
from service.processes.replies import Done, Ready, Refused, Reply, reply_of

CONTEXT = multiprocessing.get_context("forkserver")

_READ_BYTES = 256 * 1024
_START_SECONDS = 120.0
_START_PAUSES_SECONDS = (0.01, 0.03, 0.1, 0.3)
_GRACE_SECONDS = 2.0

_MANY_REPLIES = 16
_QUICK_SECONDS = (0.00025, 0.002)
_TOGETHER_SECONDS = 0.005
"""Once many replies have come, and one takes about as long as a tiny image, those of the next
moment are read together: being woken for each is a good part of what such an image costs."""
_FEW_BYTES = 32 * 1024
"""But not where so much comes that the child would have to wait."""


@dataclass(frozen=True, slots=True)
class Spawned:
    """A process that was just started, our end of its pipe, and what it shares with us."""

    process: BaseProcess
    pipe: socket.socket
    current: c_int64


def spawn(limits: Limits, allowed: Sequence[str]) -> Spawned:
    """Start a child; blocks, and may not run beside `_join`, so both belong to one thread."""
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            current = CONTEXT.RawValue(c_int64, -1)
            process = _start(theirs, current, limits, tuple(allowed))
        except BaseException:
            ours.close()
            raise
    ours.setblocking(False)
    return Spawned(process, ours, current)


def _start(*arguments: object) -> BaseProcess:
    for pause in _START_PAUSES_SECONDS:
        process = CONTEXT.Process(target=child.main, args=arguments, daemon=True)
        try:
            process.start()
        except (ConnectionError, EOFError):
            # The fork server is dying. As soon as it is dead, starting a child starts another.
            time.sleep(pause)
        else:
            return process
    raise ChildProcessError("the fork server dies whenever it is to start a child")


class Handle:
    """Sends orders to a child and reads its replies, trusting none of them."""

    def __init__(
        self,
        spawned: Spawned,
        limits: Limits,
        threads: Threads,
        counters: Counters,
        on_death: Callable[["Handle"], None],
    ) -> None:
        self._counters = counters
        self._on_death = on_death
        self._items = 0
        self._cpu_seconds = 0.0
        self._resident_bytes = 0
        self._keeps: str | None = None
        self._kept: str | None = None
        self._kept_bytes = 0
        self._asked_for_at = 0.0
        self._process = spawned.process
        self._pipe = spawned.pipe
        self._current = spawned.current
        self._limits = limits
        self._threads = threads
        self._framing = Framing(frame_bytes=limits.frame_bytes, json_bytes=limits.json_bytes)
        self._loop = asyncio.get_running_loop()
        self._verdict: tuple[Reason, str] | None = None
        self._burial: asyncio.Task[int] | None = None
        self._working = True
        self._next = self._end = 0
        self._sent_at = 0.0
        self._replies = self._read_bytes = 0
        self._oom_kills = 0
        self._died = asyncio.Event()
        self._sentinel = self._process.sentinel
        self._loop.add_reader(self._sentinel, self._die)

    @property
    def alive(self) -> bool:
        return not self._died.is_set()

    @property
    def idle(self) -> bool:
        """Whether it waits for an order, having kept to the rules so far."""
        return self.alive and not self._working and self._framing.empty and self._silent

    @property
    def worn(self) -> bool:
        """Whether it has worked enough, grown too large, or keeps what nobody asks for any more."""
        limits = self._limits
        grown_bytes = self._resident_bytes - self._kept_bytes
        unasked_seconds = self._loop.time() - self._asked_for_at
        return (
            self._items >= limits.recycle_items
            or grown_bytes > limits.recycle_bytes
            or (self.keeping and unasked_seconds >= limits.keep_seconds)
        )

    @property
    def keeping(self) -> bool:
        """Whether it is only as large as it is because of what it keeps for the next order."""
        return self._resident_bytes > self._limits.recycle_bytes

    async def ready(self) -> None:
        """Wait for a child that was just started; raise RuntimeError if it is not a warm one."""
        match await self._receive(_START_SECONDS):
            case Ready(preloaded=True):
                self._working = False
            case Ready():
                raise RuntimeError(
                    "the fork server could not import service.processes.preload: either it was"
                    " started by others before, or the working directory is not the project's"
                )
            case reply:
                raise await self._broken(f"unexpected {type(reply).__name__} at its start")

    async def send(self, order: bytes, items: int, keeps: str | None = None) -> None:
        """Give it an order, a frame of [function, items, shared]; `receive` tells if it died."""
        self._working = True
        self._keeps = keeps
        self._next, self._end = 0, items
        self._sent_at = self._loop.time()
        self._replies = 0
        self._current.value = -1
        self._oom_kills = death.kernel_oom_kills()
        try:
            async with asyncio.timeout(self._limits.stall_seconds):
                await self._loop.sock_sendall(self._pipe, order)
        except TimeoutError:
            self._condemn("stalled", "it does not read its order")
        except OSError:
            # It is gone, and reading what it left tells why.
            pass

    async def receive(self) -> Output | ItemError | Refused | Done:
        """Return the next reply; raise ChildDied, after everything it wrote was returned."""
        reply = await self._receive(self._limits.stall_seconds)
        match reply:
            case Output(index, last=last) if index == self._next < self._end:
                self._count(last)
            case ItemError(index) if index == self._next < self._end:
                self._count(1)
            case Refused() if self._next == 0:
                self._working = False
            case Done() if self._next == self._end:
                self._working = False
                self._account(reply)
            case _:
                raise await self._broken(f"unexpected {type(reply).__name__}")
        return reply

    def kill(self) -> None:
        if self.alive:
            self._process.kill()

    async def bury(self) -> int:
        """Kill the child, wait until it is gone, close what belongs to it, return its exit code."""
        if self._burial is None:
            self.kill()
            self._burial = self._loop.create_task(self._bury())
        return await asyncio.shield(self._burial)

    async def _bury(self) -> int:
        await self._died.wait()
        exit_code = await self._loop.run_in_executor(self._threads, _join, self._process)
        self._pipe.close()
        return exit_code

    @property
    def _silent(self) -> bool:
        """Whether its pipe is neither closed nor has anything that nobody asked for."""
        try:
            self._pipe.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    async def _receive(self, seconds: float) -> Reply:
        try:
            while (frame := self._framing.read()) is None:
                data = await self._read(seconds)
                if not data:
                    raise await self._gone()
                self._framing.feed(data)
            self._replies += 1
            return reply_of(frame)
        except MalformedFrame as error:
            raise await self._broken(str(error)) from error

    async def _read(self, seconds: float) -> bytes:
        # A child that is quicker than us must not keep the event loop to itself.
        await asyncio.sleep(_TOGETHER_SECONDS if self._quick else 0)
        while True:
            try:
                async with asyncio.timeout(seconds):
                    data = await self._loop.sock_recv(self._pipe, _READ_BYTES)
            except TimeoutError:
                self._condemn("stalled", f"nothing came for {seconds:g} s")
            except OSError:
                return b""
            else:
                self._read_bytes = len(data)
                return data

    @property
    def _quick(self) -> bool:
        """Whether replies to this order come so quickly that several are best read at once."""
        if self._replies < _MANY_REPLIES or self._read_bytes >= _FEW_BYTES:
            return False
        least, most = _QUICK_SECONDS
        return least < (self._loop.time() - self._sent_at) / self._replies < most

    async def _gone(self) -> ChildDied:
        """Tell why the pipe ended; a child that closed it but lives on is killed."""
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await self._died.wait()
        except TimeoutError:
            self._condemn("protocol", "it closed its pipe")
        exit_code = await self.bury()
        kernel_killed = death.kernel_oom_kills() > self._oom_kills
        reason, detail = self._verdict or death.explain(exit_code, kernel_killed=kernel_killed)
        return ChildDied(self._suspect(), reason, detail)

    def _count(self, items: int) -> None:
        self._next += items
        self._items += items
        self._counters.items += items

    def _account(self, done: Done) -> None:
        self._counters.cpu_seconds += done.cpu_seconds - self._cpu_seconds
        self._cpu_seconds = done.cpu_seconds
        self._resident_bytes = done.resident_bytes
        if self._keeps is not None:
            self._asked_for_at = self._loop.time()
        if self._keeps not in (None, self._kept):  # what it grows from here on is not that
            self._kept, self._kept_bytes = self._keeps, done.resident_bytes

    async def _broken(self, detail: str) -> ChildDied:
        self._condemn("protocol", detail)
        await self.bury()
        return ChildDied(self._suspect(), "protocol", detail)

    def _suspect(self) -> int | None:
        """Return the item it was at: started, by its own word, and not finished, by ours."""
        return self._next if self._current.value == self._next < self._end else None

    def _condemn(self, reason: Reason, detail: str) -> None:
        self._verdict = self._verdict or (reason, detail)
        self.kill()

    def _die(self) -> None:
        self._loop.remove_reader(self._sentinel)
        self._died.set()
        with contextlib.suppress(OSError):
            # Ends our reading after what is in the pipe, even if a grandchild holds the other end.
            self._pipe.shutdown(socket.SHUT_RD)
        self._on_death(self)


def _join(process: BaseProcess) -> int:
    process.join()
    exit_code = process.exitcode
    process.close()
    return 0 if exit_code is None else exit_code
