"""Waiting for what must become true."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(question: Callable[[], Awaitable[T | None]], *, seconds: float = 20) -> T:
    """The first answer that is true; fails after a generous while."""
    async with asyncio.timeout(seconds):
        while not (answer := await question()):
            await asyncio.sleep(0.05)
        return answer
