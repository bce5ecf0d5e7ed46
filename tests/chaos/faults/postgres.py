"""Faults of PostgreSQL: gone, crashed, full, locked and silent."""

import asyncio
import os
import signal
from contextlib import suppress

import asyncpg

from tests.chaos.case import Blow, now
from tests.chaos.load import Load
from tests.chaos.sites import Site
from tests.integration.processes import family

OUTAGE_SECONDS = 3.0
ROUNDS = 20
PAUSE_SECONDS = 0.1


async def restart_postgres(site: Site, load: Load) -> Blow:
    site.postgres.stop()
    site.start_postgres()
    return Blow(now())


async def kill_postgres(site: Site, load: Load) -> Blow:
    """Every process of it, so that it has to recover."""
    for pid in reversed(family(site.postmaster)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.postgres.stop()
    site.start_postgres()
    return Blow(now())


async def terminate_backends(site: Site, load: Load) -> Blow:
    async with site.database() as connection:
        for _ in range(ROUNDS):
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            await asyncio.sleep(PAUSE_SECONDS)
    return Blow(now())


async def exhaust_pools(site: Site, load: Load) -> Blow:
    """Every connection of everybody waits for a lock."""
    async with site.database() as connection, connection.transaction():
        await connection.execute("LOCK TABLE chunks IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(OUTAGE_SECONDS)
    return Blow(now())


async def take_connections(site: Site, load: Load) -> Blow:
    """There are none left for who wants one."""
    taken: list[asyncpg.Connection] = []
    try:
        await _take_all(site, taken)
        await taken[0].execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name <> 'chaos' AND backend_type = 'client backend'"
        )
        await _take_all(site, taken)
        await asyncio.sleep(OUTAGE_SECONDS)
    finally:
        for connection in taken:
            await connection.close()
    return Blow(now())


async def cut_both(site: Site, load: Load) -> Blow:
    site.database_wire.cut()
    site.redis_wire.cut()
    await asyncio.sleep(OUTAGE_SECONDS)
    site.database_wire.mend()
    site.redis_wire.mend()
    return Blow(now())


async def freeze_postgres(site: Site, load: Load) -> Blow:
    """Its open lines never say anything again."""
    site.database_wire.freeze()
    await asyncio.sleep(OUTAGE_SECONDS)
    site.database_wire.mend()
    return Blow(now())


async def _take_all(site: Site, taken: list[asyncpg.Connection]) -> None:
    ours = {"application_name": "chaos"}
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            connection = await asyncpg.connect(site.postgres.url, ssl=False, server_settings=ours)
            taken.append(connection)
