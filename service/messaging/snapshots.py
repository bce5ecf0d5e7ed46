"""Snapshots: the newest progress of every task, kept in a hash and told to whoever listens."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any
from uuid import UUID

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.messaging import keys
from service.messaging.subscriptions import messages

log = structlog.get_logger()

PUBLISH = """
local known = tonumber(redis.call('HGET', KEYS[1], 'seq') or '0')
if tonumber(ARGV[1]) <= known then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'snapshot', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[2])
return 1
"""


class Snapshots:
    """Publishes snapshots, best effort; an older one never replaces a newer one."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(PUBLISH)

    async def publish(self, told: Mapping[UUID, Mapping[str, Any]]) -> None:
        """Tells the snapshots of some tasks, each with its ``seq``."""
        lifetime = int(keys.SNAPSHOT_LIFETIME.total_seconds())
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for task_id, snapshot in told.items():
                    await self._publish(
                        keys=[keys.snapshot(task_id)],
                        args=[snapshot["seq"], orjson.dumps(snapshot), lifetime, keys.SNAPSHOTS],
                        client=pipeline,
                    )
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("snapshots.not_published", tasks=len(told), error=str(error))

    async def listen(self) -> AsyncGenerator[Mapping[str, Any] | None]:
        """Snapshots as they are published, None when it listens and while nothing comes.

        Raises RedisError or OSError when Redis goes away.
        """
        async for message in messages(self._redis, keys.SNAPSHOTS):
            yield None if message is None else _understood(message)


def _understood(message: bytes) -> Mapping[str, Any] | None:
    """None for what no release of ours has published."""
    try:
        told = orjson.loads(message)
        return told if isinstance(told["id"], str) and isinstance(told["seq"], int) else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        log.warning("snapshot.not_understood", message=message[:200])
        return None
