"""Tidying: what every worker does once a minute: removes what nobody needs, learns paces."""

import asyncio
import random

import structlog

from service.db.away import DATABASE_ERRORS
from service.runtime import Runtime

log = structlog.get_logger()

SWEEP_SECONDS = 60.0
SWEEPS_A_COLLECTION = 60


async def tidy(runtime: Runtime) -> None:
    """Sweeps every minute and collects every hour; begins at once, so that restarts leave none."""
    turn = random.randrange(1, SWEEPS_A_COLLECTION)  # noqa: S311 - workers take turns
    while True:
        try:
            await runtime.removal.sweep()
            await runtime.learning.learn()
            if turn % SWEEPS_A_COLLECTION == 0:
                await _collect(runtime)
        except DATABASE_ERRORS as error:
            log.warning("tidying.failed", error=repr(error))
        turn += 1
        await asyncio.sleep(SWEEP_SECONDS)


async def _collect(runtime: Runtime) -> None:
    """First the tasks: what only they needed goes next."""
    await runtime.forgetting.forget()
    await runtime.removal.collect(runtime.forgetting.keeping.orphans)
