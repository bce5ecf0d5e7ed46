"""Connections to Redis: whoever uses one can be cancelled at any moment."""

import asyncio

from redis.asyncio import Redis

from deploy.local.servers import Servers
from service.messaging.connections import open_pool

MOMENTS = range(40)
"""Turns of the event loop before a task is cancelled: some fall into every step of a command."""


async def for_ever(redis: Redis) -> None:
    while True:
        await redis.execute_command("PING")


async def test_a_loop_over_commands_ends_whenever_it_is_cancelled(servers: Servers) -> None:
    deaf: list[int] = []
    async with Redis.from_pool(open_pool(servers.redis_url, socket_timeout=5)) as redis:
        for moment in MOMENTS:
            loop = asyncio.create_task(for_ever(redis))
            for _ in range(moment):
                await asyncio.sleep(0)
            loop.cancel()
            _, still_on = await asyncio.wait({loop}, timeout=0.5)
            if still_on:
                deaf.append(moment)
                loop.cancel()

        answer = await redis.echo("it still answers")

    assert deaf == []
    assert answer == b"it still answers"
