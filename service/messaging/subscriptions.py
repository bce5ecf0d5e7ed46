"""Subscriptions: what is published on a channel, for as long as Redis is there."""

from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Redis

PAUSE_SECONDS = 1.0


async def messages(redis: Redis, channel: str) -> AsyncGenerator[Any]:
    """Yields a message's bytes, and None once it listens and for every second without one.

    Raises RedisError or OSError when Redis goes away.
    """
    async with redis.pubsub(ignore_subscribe_messages=True) as subscription:
        await subscription.subscribe(channel)
        yield None
        while True:
            message = await subscription.get_message(timeout=PAUSE_SECONDS)
            yield None if message is None else message["data"]
