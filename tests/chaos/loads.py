"""Loads: what is worked on while a site is struck."""

from tests.chaos.load import Load
from tests.chaos.sites import SLOTS

BURST = 1000


async def busy(load: Load) -> None:
    """Items, files and a nap: more than there are slots."""
    await load.items()
    await load.folder()
    await load.nap(2)
    await load.site.at_work(SLOTS + 1)


async def idle(load: Load) -> None:
    """Nothing before the fault."""


async def bad_items(load: Load, *, words: tuple[str, ...]) -> None:
    await load.items(30, bad=words)
    await load.site.at_work(2)


async def naps(load: Load, *, seconds: float, deaf: bool = False) -> None:
    """One for every slot of all workers but one."""
    for _ in range(SLOTS + 1):
        await load.nap(seconds, deaf=deaf)
    await load.site.at_work(SLOTS + 1)


async def burst(load: Load) -> None:
    await load.many_naps(BURST, 0.05)
