"""Faults of Redis: gone, forgetful, slow, silent, and talking nonsense."""

import asyncio
from uuid import uuid4

from service.messaging import keys
from service.messaging.tickets import Tickets
from tests.chaos.case import Blow, now
from tests.chaos.load import Load
from tests.chaos.sites import Site

OUTAGE_SECONDS = 3.0
ROUNDS = 20
PAUSE_SECONDS = 0.1


async def submit_meanwhile(load: Load) -> Blow:
    """Of somebody who has nothing else here, so that it is nobody's turn before."""
    at = now()
    return Blow(at, await load.nothing(load.site.other))


async def restart_redis(site: Site, load: Load) -> Blow:
    site.valkey.stop()
    blow = await submit_meanwhile(load)
    site.start_valkey()
    return blow


async def flush_redis(site: Site, load: Load) -> Blow:
    async with site.redis() as redis:
        await redis.flushall()
        blow = await submit_meanwhile(load)
        await redis.flushall()
    return blow


async def cut_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.cut()
    blow = await submit_meanwhile(load)
    await asyncio.sleep(OUTAGE_SECONDS)
    site.redis_wire.mend()
    return blow


async def slow_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.delay_seconds = 0.2
    return await submit_meanwhile(load)


async def freeze_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.freeze()
    blow = await submit_meanwhile(load)
    await asyncio.sleep(OUTAGE_SECONDS)
    site.redis_wire.mend()
    return blow


async def double_tickets(site: Site, load: Load) -> Blow:
    """Hundreds more than there is work, and some for what nobody knows."""
    async with site.redis() as redis:
        for _ in range(10):
            await Tickets(redis).ring(32)
        await redis.zadd(keys.TICKETS, {uuid4().hex: n for n in range(100)})
        await redis.expire(keys.TICKETS, keys.TICKETS_LIFETIME)
        return await submit_meanwhile(load)


async def lose_tickets(site: Site, load: Load) -> Blow:
    """As soon as they come."""
    blow = None
    async with site.redis() as redis:
        for _ in range(ROUNDS):
            await redis.delete(keys.TICKETS)
            blow = blow or await submit_meanwhile(load)
            await asyncio.sleep(PAUSE_SECONDS)
    assert blow
    return blow
