"""Waiting for what must become true."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PAUSE_SECONDS = 0.05


async def eventually(question: Callable[[], Awaitable[T | None]], *, seconds: float = 20) -> T:
    """The first answer that is true; fails after a generous while."""
    async with asyncio.timeout(seconds):
        while not (answer := await question()):  # noqa: ASYNC110 - what is asked has no event
            await asyncio.sleep(PAUSE_SECONDS)
        return answer
