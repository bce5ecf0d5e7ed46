"""Connections: to Redis, and such that whoever uses one can be cancelled at any moment."""

import asyncio
from typing import Any

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection


def open_pool(url: str, **options: Any) -> ConnectionPool:
    """A pool for a URL; connects when it is used."""
    pool = ConnectionPool.from_url(url, **options)
    pool.connection_class = type("Cancellable", (_Cancellable, pool.connection_class), {})
    return pool


class _Cancellable(AbstractConnection):
    """Before Python 3.12 the ``wait_for`` that sends may swallow that its task is cancelled.

    A loop that is ended by cancelling it would then go on for ever.
    """

    async def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        await super().send_packed_command(command, check_health)
        if task and task.cancelling() > before:
            await self.disconnect(nowait=True)  # nobody will read the answer
            raise asyncio.CancelledError
