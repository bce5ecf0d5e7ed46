"""Faults of web and its clients: killed, cut off, and many."""

import asyncio

from tests.chaos.case import Blow, now
from tests.chaos.load import Load
from tests.chaos.sites import Site

CUTS = 5
PAUSE_SECONDS = 0.3


async def kill_web_before_ticket(site: Site, load: Load) -> Blow:
    """The task is committed, nobody was told, and the client has no answer."""
    site.arm("web.ring.before", "kill")
    asking = asyncio.create_task(load.nothing())
    at = await site.struck("web.ring.before")
    task = await _newest_task(site)
    await site.start_web()
    await asking
    return Blow(at, task)


async def cut_clients(site: Site, load: Load) -> Blow:
    """Every stream, time after time."""
    for _ in range(CUTS):
        site.web_wire.cut()
        site.web_wire.mend()
        await asyncio.sleep(PAUSE_SECONDS)
    return Blow(now())


async def come_second(site: Site, load: Load) -> Blow:
    """Somebody else, behind all of them."""
    at = now()
    return Blow(at, await load.nothing(site.other))


async def _newest_task(site: Site) -> str:
    async with site.database() as connection:
        newest = "SELECT id FROM tasks ORDER BY created_at DESC LIMIT 1"
        return str(await connection.fetchval(newest))
