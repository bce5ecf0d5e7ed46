"""Faults of workers: killed, stopped, blocked, and told to end."""

import asyncio
import os
import shutil
import signal
from datetime import datetime
from functools import partial
from time import monotonic

from tests.chaos.case import Blow, now
from tests.chaos.load import Load
from tests.chaos.sites import Site, Worker
from tests.eventually import eventually
from worker.heart import LEASE_SECONDS

PAUSE_SECONDS = 0.1


async def kill_worker(site: Site, load: Load) -> Blow:
    await asyncio.sleep(load.random.uniform(0, 1.5))
    victim = await site.busy_worker(load.random)
    victim.struck = True
    at = now()
    os.kill(victim.pid or 0, signal.SIGKILL)
    return Blow(at)


async def kill_machine(site: Site, load: Load) -> Blow:
    """Parent, worker and children at once: nobody says that they are gone."""
    victim = await site.busy_worker(load.random)
    at = now()
    await _remove(site, victim)
    return Blow(at)


async def stop_machine(site: Site, load: Load) -> Blow:
    """Until others have what it had; then it goes on as if nothing had been."""
    victim = await site.busy_worker(load.random)
    victim.struck = True
    at = now()
    victim.kill(signal.SIGSTOP)
    try:
        await _taken_over(site, at)
    finally:
        victim.kill(signal.SIGCONT)
    return Blow(at)


async def stop_before_save(site: Site, load: Load) -> Blow:
    """It wakes up with a batch in its hand that is not its to save any more."""
    site.arm("worker.save.before", "stop")
    at = await site.struck("worker.save.before")
    (victim,) = [worker for worker in site.workers if worker.stopped]
    victim.struck = True
    try:
        await eventually(partial(site.release, victim))
        await _taken_over(site, at)
    finally:
        victim.kill(signal.SIGCONT)
    return Blow(at)


async def block_loop(site: Site, load: Load) -> Blow:
    """Longer than its parent is patient."""
    site.arm("worker.save.after", "block 20")
    at = await site.struck("worker.save.after")
    for worker in site.workers:
        worker.struck = True
    return Blow(at)


async def terminate(site: Site, load: Load, *, times: int = 1) -> Blow:
    """What is measured is how long the worker takes to be gone; the others' work goes on."""
    victim = await site.busy_worker(load.random)
    began = monotonic()
    for _ in range(times):
        victim.kill(signal.SIGTERM)
        await asyncio.sleep(PAUSE_SECONDS)
    status = await asyncio.to_thread(victim.parent.wait, 40)
    seconds = monotonic() - began
    site.workers.remove(victim)
    assert status == 0, f"it ended with status {status}"
    return Blow(now(), seconds=seconds)


async def _remove(site: Site, victim: Worker) -> None:
    victim.kill(signal.SIGKILL)
    await asyncio.to_thread(victim.parent.wait)
    shutil.rmtree(victim.temporary)
    site.workers.remove(victim)


async def _taken_over(site: Site, since: datetime) -> None:
    async def rescued() -> bool:
        async with site.database() as connection:
            claims = await connection.fetch(
                "SELECT FROM chaos_ledger WHERE relation = 'chunks' AND at > $1"
                " AND old->>'state' = 'waiting' AND new->>'state' = 'running'"
                " AND (new->>'run')::int > 1",
                since,
            )
        return bool(claims)

    await eventually(rescued, seconds=3 * LEASE_SECONDS)
