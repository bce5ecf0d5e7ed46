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
RING = """
local most, now, lifetime, job, prefix, bell = unpack(ARGV)
for n = 7, #ARGV do
    if redis.call('ZCARD', KEYS[1]) >= tonumber(most) then break end
    redis.call('PSETEX', prefix .. ARGV[n], lifetime, job)
    redis.call('ZADD', KEYS[1], now, ARGV[n])
end
redis.call('PEXPIRE', KEYS[1], lifetime)
redis.call('PUBLISH', bell, '1')
"""
"""Where as many tickets lie already, the bell is enough."""
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
        self._ring = redis.register_script(RING)

    async def ring(self, chunks: int) -> None:
        """Tells the workers that so many chunks wait; nobody minds if Redis is away."""
        now = timestamp_ms()
        job = serialize_job(FUNCTION, (), {}, None, now, serializer=serialize)
        lifetime_ms = int(keys.TICKETS_LIFETIME.total_seconds() * 1000)
        fresh = [uuid4().hex for _ in range(min(chunks, MAX_TICKETS))]
        try:
            await self._ring(
                keys=[keys.TICKETS],
                args=[MAX_TICKETS, now, lifetime_ms, job, job_key_prefix, keys.BELL, *fresh],
            )
        except (RedisError, OSError) as error:
            log.warning("tickets.not_sent", chunks=chunks, error=str(error))
