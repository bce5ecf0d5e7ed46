"""Running orders in children, and looking at what becomes of them."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from typing import Any

import pytest

from service.processes.death import ChildDied
from service.processes.executor import Executor
from service.processes.limits import MIB, Limits
from service.processes.output import ItemError, Order, Output
from tests.eventually import eventually

CHILDREN = "tests.integration.children."
MEMORY = 512 * MIB
LIMITS = Limits(memory_bytes=MEMORY)


def opened(slots: int = 1, limits: Limits = LIMITS) -> Executor:
    return Executor(slots, limits, allowed=[CHILDREN])


def execute(
    executor: Executor, function: str, items: Sequence[Any], shared: Any = None
) -> AbstractAsyncContextManager[AsyncGenerator[Output | ItemError, None]]:
    return aclosing(executor.execute(Order(CHILDREN + function, items, shared)))


async def results(
    executor: Executor, function: str, items: Sequence[Any], shared: Any = None
) -> list[Output | ItemError]:
    async with execute(executor, function, items, shared) as replies:
        return [reply async for reply in replies]


async def data(executor: Executor, function: str, items: Sequence[Any]) -> list[Any]:
    replies = await results(executor, function, items)
    return [reply.data for reply in replies if isinstance(reply, Output)]


async def until_death(
    executor: Executor, function: str, items: Sequence[Any]
) -> tuple[list[Output | ItemError], ChildDied]:
    async with execute(executor, function, items) as replies:
        return await drain(replies)


async def drain(
    replies: AsyncGenerator[Output | ItemError, None],
) -> tuple[list[Output | ItemError], ChildDied]:
    """Read what comes before the child dies, which it must."""
    before: list[Output | ItemError] = []
    try:
        async for reply in replies:
            before.append(reply)  # noqa: PERF401 - a comprehension would lose what came before
    except ChildDied as died:
        return before, died
    pytest.fail(f"the child lived and said {before}")


async def until_gone(*pids: int) -> None:
    async def are_gone() -> bool:
        return all(map(gone, pids))

    await eventually(are_gone)


def gone(pid: int) -> bool:
    """Whether a process has ended; an orphan's zombie is its new parent's business."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return not Path("/proc/self").exists()
    return state == "Z"
