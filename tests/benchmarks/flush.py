"""Flush: Redis forgets everything while a thousand tasks wait."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from service.domain.users import Role
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.benchmarks import no_op
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.eventually import eventually
from tests.integration.conftest import running_worker
from worker.work import Analyses, Run, SoloTools, SoloWork

WAITING = 1000
BEFORE = 50
TASK_SECONDS = 0.01
DONE_SECONDS = 60
DONE = "SELECT count(*) FROM tasks WHERE status = 'completed'"
FIRST = "SELECT min(started_at) FROM tasks WHERE started_at > $1"


async def measure(folder: Path) -> list[Figure]:
    """Until the next task begins, until all are done, and how many never are."""
    async with working(folder, no_op.CATALOGUE) as runtime:
        await _submit(runtime, WAITING + BEFORE)
        async with running_worker(runtime, analyses=_napping()):
            await _done(runtime, BEFORE)
            waiting = WAITING + BEFORE - await runtime.database.pool.fetchval(DONE)
            flushed = await _flush(runtime)
            began = time.monotonic()
            await _done(runtime, WAITING + BEFORE)
            seconds = time.monotonic() - began
        first = await runtime.database.pool.fetchval(FIRST, flushed)
        lost = WAITING + BEFORE - await runtime.database.pool.fetchval(DONE)
    return [
        Figure(
            f"FLUSHALL with {waiting:,} waiting, the next begins",
            (first - flushed).total_seconds(),
            "s",
            at_most=3,
        ),
        Figure(f"FLUSHALL with {waiting:,} waiting, all are done", seconds, "s"),
        Figure("tasks lost by FLUSHALL", lost, "", at_most=0),
    ]


async def _submit(runtime: Runtime, tasks: int) -> None:
    user = await runtime.access.ensure("admin", Role.ADMIN)
    for number in range(tasks):
        await runtime.tasks.submit(user, Submission("no_op", params={"number": number}))


def _napping() -> Analyses:
    return {no_op.NO_OP.name: {"only": SoloWork(_nap)}}


async def _nap(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    del run, tools
    await asyncio.sleep(TASK_SECONDS)
    return {}


async def _done(runtime: Runtime, tasks: int) -> None:
    async def so_many() -> bool:
        return await runtime.database.pool.fetchval(DONE) >= tasks

    await eventually(so_many, seconds=DONE_SECONDS)


async def _flush(runtime: Runtime) -> datetime:
    """When, by the database's clock."""
    async with Redis.from_url(runtime.settings.redis_url) as redis:
        at = await runtime.database.pool.fetchval("SELECT clock_timestamp()")
        await redis.flushall()
        return at
