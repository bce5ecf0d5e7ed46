"""Faults of children: killed from outside, or by what they work on; and cancelled."""

import asyncio
import os
import signal
from contextlib import suppress

from tests.chaos.case import Blow, now
from tests.chaos.load import API, Load
from tests.chaos.sites import Site

KILLS = 5
PAUSE_SECONDS = 0.1


async def kill_child(site: Site, load: Load) -> Blow:
    """Time after time, whichever it is."""
    for _ in range(KILLS):
        await asyncio.sleep(PAUSE_SECONDS)
        with suppress(ProcessLookupError):
            victim = load.random.choice(site.workers).children()
            os.kill(load.random.choice(victim[:-1] or victim), signal.SIGKILL)
    return Blow(now())


async def nothing_more(site: Site, load: Load) -> Blow:
    """The load is bad enough."""
    return Blow(now())


async def cancel(site: Site, load: Load) -> Blow:
    """Of what keeps every signal away from itself."""
    task = load.accepted[-1]
    await site.at_work()
    at = now()
    (await load.insist("POST", f"{API}/tasks/{task}/cancel")).raise_for_status()
    return Blow(at, task)
