"""Executor: a pool of warm child processes, each working on one order at a time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from service.processes import handle
from service.processes.counters import Counters
from service.processes.framing import Framing
from service.processes.handle import Handle
from service.processes.limits import Limits
from service.processes.output import ItemError, Order, Output
from service.processes.replies import Done, Refused

_ALWAYS_PRELOADED = ("service.processes.preload", "service.processes.child")


class OrderRefused(Exception):
    """An order's function is not allowed or cannot be imported; none of its items was started."""


class ChildNotStarted(Exception):
    """There is no process, memory or descriptor left for a child; none of the order was started."""


class Executor:
    """Runs orders in up to ``slots`` child processes at once; to be used with ``async with``.

    ``preload`` names the modules that children shall find imported. There is one fork server in
    a process: the first executor to start a child decides for all. ``allowed`` are the prefixes
    of the dotted paths that an order may name.
    """

    def __init__(
        self,
        slots: int,
        limits: Limits,
        *,
        preload: Sequence[str] = (),
        allowed: Sequence[str] = ("service.compute.",),
    ) -> None:
        self.counters = Counters()
        self._slots = slots
        self._limits = limits
        self._preload = [*_ALWAYS_PRELOADED, *preload]
        self._allowed = tuple(allowed)
        self._orders = Framing(frame_bytes=limits.frame_bytes, json_bytes=limits.frame_bytes)
        self._free_slots = asyncio.Semaphore(slots)
        # One thread, because multiprocessing's own records of its children are not safe in two.
        self._threads = ThreadPoolExecutor(1, "children")
        self._children: set[Handle] = set()
        self._idle: list[Handle] = []
        self._burials: set[asyncio.Task[int]] = set()
        self._starting: set[asyncio.Task[Handle]] = set()
        self._waiting = 0
        self._busy = 0
        self._closed = True

    async def __aenter__(self) -> Self:
        handle.CONTEXT.set_forkserver_preload(self._preload)
        self._closed = False
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        await self._bury_all()
        if self._starting:
            await asyncio.wait(self._starting)
        await self._bury_all()
        self._threads.shutdown()

    async def warm(self) -> None:
        """Start the children that slots lack, and wait until all are ready."""
        while self._started < self._slots:
            self._start_soon()
        if self._starting:
            await self._wait_for_starts(asyncio.ALL_COMPLETED)

    async def execute(self, order: Order) -> AsyncGenerator[Output | ItemError, None]:
        """Yield what comes of an order's items, in their order and as it comes.

        To be used with ``contextlib.aclosing``: closing early kills the child. Waits for a free
        slot first. Raises FrameTooLarge or TypeError for an order that no pipe can carry,
        OrderRefused, ChildNotStarted, and ChildDied once all that a dead child had written was
        yielded. A consumer that takes its time is no stall: its child waits.
        """
        request = self._orders.write([order.function, list(order.items), order.shared])
        async with self._free_slots:
            child = await self._take()
            try:
                await child.send(request, len(order.items), order.keeps)
                while not isinstance(reply := await child.receive(), Done):
                    if isinstance(reply, Refused):
                        raise OrderRefused(reply.detail)
                    yield reply
            finally:
                await self._give_back(child)

    async def _take(self) -> Handle:
        self._waiting += 1
        try:
            while (child := self._pop_idle()) is None:
                if len(self._starting) < self._waiting:
                    self._start_soon()
                await self._wait_for_starts(asyncio.FIRST_COMPLETED)
        finally:
            self._waiting -= 1
        self._busy += 1
        return child

    def _pop_idle(self) -> Handle | None:
        if self._closed:
            raise RuntimeError("the executor is closed")
        while self._idle:
            child = self._idle.pop()
            if child.idle:
                return child
            self._bury_soon(child)
        return None

    async def _give_back(self, child: Handle) -> None:
        self._busy -= 1
        if child.idle and not child.worn and not self._closed:
            self._idle.append(child)
            if child.keeping:
                loop = asyncio.get_running_loop()
                loop.call_later(self._limits.keep_seconds, self._let_go, child)
            return
        if child.idle:
            self.counters.recycled += 1
        else:
            self.counters.killed += 1
        await asyncio.shield(self._replace(child))

    def _let_go(self, child: Handle) -> None:
        """Replaces a large child that waits, if nobody has asked for what it keeps meanwhile."""
        if child in self._idle and child.worn:
            self._idle.remove(child)
            self.counters.recycled += 1
            self._replace(child)

    def _replace(self, child: Handle) -> asyncio.Task[int]:
        burial = self._bury_soon(child)
        if not self._closed and self._started < self._slots:
            self._start_soon()
        return burial

    @property
    def _started(self) -> int:
        return self._busy + len(self._idle) + len(self._starting)

    async def _wait_for_starts(self, until: str) -> None:
        # Not gather: who stops waiting must not stop a start half way, with a child of nobody's.
        done, _ = await asyncio.wait(self._starting, return_when=until)
        for start in done:
            start.result()

    def _start_soon(self) -> None:
        task = asyncio.create_task(self._start())
        self._starting.add(task)
        task.add_done_callback(self._finish_start)

    async def _start(self) -> Handle:
        loop = asyncio.get_running_loop()
        try:
            spawned = await loop.run_in_executor(
                self._threads, handle.spawn, self._limits, self._allowed
            )
        except OSError as error:
            raise ChildNotStarted(str(error)) from error
        child = Handle(spawned, self._limits, self._threads, self.counters, self._on_death)
        self._children.add(child)
        self.counters.started += 1
        try:
            await child.ready()
        except BaseException:
            await self._bury_soon(child)
            raise
        return child

    def _finish_start(self, task: asyncio.Task[Handle]) -> None:
        self._starting.discard(task)
        # Whoever waits for it raises its error; if nobody does, the next to wait tries again.
        if not task.cancelled() and task.exception() is None:
            self._idle.append(task.result())

    def _on_death(self, child: Handle) -> None:
        # Whoever uses a busy child buries it, after reading what it left.
        if child in self._idle:
            self._idle.remove(child)
            self._bury_soon(child)

    def _bury_soon(self, child: Handle) -> asyncio.Task[int]:
        child.kill()
        self._children.discard(child)
        burial = asyncio.create_task(child.bury())
        self._burials.add(burial)
        burial.add_done_callback(self._burials.discard)
        return burial

    async def _bury_all(self) -> None:
        self._idle.clear()
        for child in list(self._children):
            self._bury_soon(child)
        if self._burials:
            await asyncio.wait(self._burials)
