"""Throughput: durable no-op tasks that wait, worked off by one worker; arq and Celery beside it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from service.domain.users import Role
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.benchmarks import no_op
from tests.benchmarks.figure import Figure
from tests.benchmarks.peers import measured
from tests.benchmarks.working import working
from tests.integration.conftest import running_worker

TASKS = 3000
SLOTS = 16
ROUNDS = 2
AT_ONCE = 50
LOOK_SECONDS = 0.02


async def measure(folder: Path) -> list[Figure]:
    """Tasks a second from the start of the worker; ours are fair, fenced and on the disk."""
    ours = arq = celery = 0.0
    async with working(folder, no_op.CATALOGUE) as runtime:
        url = runtime.settings.redis_url
        for _ in range(ROUNDS):
            arq = max(arq, (await measured("arq", url, str(TASKS)))["per_second"])
            celery = max(celery, (await measured("celery", url, str(TASKS)))["per_second"])
            ours = max(ours, await _per_second(runtime))
    return [
        Figure("no-op tasks, one worker", ours, "/s"),
        Figure("no-op tasks / stock arq's", ours / arq, "", at_least=5),
        Figure("no-op tasks / Celery's, prefork 2", ours / celery, "", at_least=2),
    ]


async def _per_second(runtime: Runtime) -> float:
    settings = runtime.settings.model_copy(update={"worker_slots": SLOTS})
    await _submit(runtime)
    began = time.monotonic()
    async with running_worker(replace(runtime, settings=settings), analyses=no_op.ANALYSES):
        while await _active(runtime):  # noqa: ASYNC110 - the database has no event
            await asyncio.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - began
    return TASKS / seconds


async def _submit(runtime: Runtime) -> None:
    user = await runtime.access.ensure("admin", Role.ADMIN)
    base = time.time_ns()
    for first in range(0, TASKS, AT_ONCE):
        asked = [Submission("no_op", params={"number": base + first + n}) for n in range(AT_ONCE)]
        await asyncio.gather(*(runtime.tasks.submit(user, one) for one in asked))


async def _active(runtime: Runtime) -> bool:
    return await runtime.database.pool.fetchval(
        "SELECT EXISTS (SELECT FROM tasks WHERE status IN ('pending', 'in_progress'))"
    )
