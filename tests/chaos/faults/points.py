"""Faults at labelled points: a worker dies between two of its steps."""

import asyncio
import signal

from tests.chaos.case import Blow
from tests.chaos.load import API, Load
from tests.chaos.sites import Site


async def die_at(site: Site, load: Load, *, point: str) -> Blow:
    site.arm(point, "kill")
    return Blow(await site.struck(point))


async def die_planning(site: Site, load: Load, *, point: str) -> Blow:
    """With a task that comes after the point is armed: what is there may have been planned."""
    site.arm(point, "kill")
    await load.items()
    return Blow(await site.struck(point))


async def die_cancelling(site: Site, load: Load, *, point: str) -> Blow:
    site.arm(point, "kill")
    await load.insist("POST", f"{API}/tasks/{load.accepted[-1]}/cancel")
    return Blow(await site.struck(point))


async def die_draining(site: Site, load: Load, *, point: str) -> Blow:
    """Its parent hands back what it could not."""
    site.arm(point, "kill")
    victim = await site.busy_worker(load.random)
    victim.kill(signal.SIGTERM)
    at = await site.struck(point)
    await asyncio.to_thread(victim.parent.wait)
    site.workers.remove(victim)
    return Blow(at)
