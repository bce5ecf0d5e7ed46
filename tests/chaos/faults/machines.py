"""Faults of machines: clocks that are wrong, and a disk that is full."""

from contextlib import suppress
from functools import partial

from tests.chaos.case import Blow, now
from tests.chaos.faults.redis import submit_meanwhile
from tests.chaos.load import Load
from tests.chaos.sites import Site
from tests.eventually import eventually

BALLAST_BYTES = 1 << 16


async def step_clocks(site: Site, load: Load, *, web: int, worker: int) -> Blow:
    site.step_clock("web", web)
    site.step_clock("worker", worker)
    return await submit_meanwhile(load)


async def fill_disk(site: Site, load: Load) -> Blow:
    """Storage has no room for a while, and an import meets it."""
    ballast = site.folder / "storage" / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(BALLAST_BYTES))
    task = await load.folder()
    await eventually(partial(_charged, site, task), seconds=30)
    ballast.unlink()
    return Blow(now(), task)


async def _charged(site: Site, task: str) -> bool:
    async with site.database() as connection:
        charged = "SELECT FROM chunks WHERE task_id = $1::text::uuid AND attempts > 0"
        return bool(await connection.fetch(charged, task))
