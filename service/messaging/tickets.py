"""Tickets: arq jobs that say that there is work; losing one costs a second, never the work."""

from uuid import uuid4

import orjson
import structlog
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.utils import timestamp_ms
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.messaging import keys

MAX_TICKETS = 32
"""More would not be picked up sooner."""
FUNCTION = "work"
"""The name of the arq coroutine."""

log = structlog.get_logger()


def serialize(value: dict[str, object]) -> bytes:
    """JSON, so that nobody who can write to Redis can run code in a worker."""
    return orjson.dumps(value)


def deserialize(data: bytes) -> dict[str, object]:
    """What ``serialize`` wrote."""
    return orjson.loads(data)


class Tickets:
    """Enqueues tickets and rings the bell, best effort."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def ring(self, chunks: int) -> None:
        """Tells the workers that so many chunks wait; nobody minds if Redis is away."""
        now = timestamp_ms()
        job = serialize_job(FUNCTION, (), {}, None, now, serializer=serialize)
        lifetime_ms = int(keys.TICKETS_LIFETIME.total_seconds() * 1000)
        pipeline = self._redis.pipeline(transaction=True)
        for _ in range(min(chunks, MAX_TICKETS)):
            id_ = uuid4().hex
            pipeline.psetex(f"{job_key_prefix}{id_}", lifetime_ms, job)
            pipeline.zadd(keys.TICKETS, {id_: now})
        pipeline.pexpire(keys.TICKETS, lifetime_ms)
        pipeline.publish(keys.BELL, b"1")
        try:
            await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("tickets.not_sent", chunks=chunks, error=str(error))
