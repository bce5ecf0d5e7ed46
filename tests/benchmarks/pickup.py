"""Pick-up: from a submission to the first line of its analysis in a child, on an idle worker."""

import asyncio
import time
from pathlib import Path

from service.domain.users import Role
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.benchmarks import first_line
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import ended, running_worker

SUBMISSIONS = 300
WARM = 20
"""Submissions that are not counted: connections open, statements are prepared."""
PAUSE_SECONDS = 0.06
"""Until a submission is usually done, so that nothing asks for it while it is picked up."""


async def measure(folder: Path) -> list[Figure]:
    """p50 and p99 in milliseconds; child and submitter read the same clock."""
    async with (
        working(folder, first_line.CATALOGUE) as runtime,
        running_worker(
            runtime, analyses=first_line.ANALYSES, allowed=("tests.benchmarks.",)
        ) as worker,
    ):
        await worker.executor.warm()
        waits = [await wait_of_one(runtime) for _ in range(WARM + SUBMISSIONS)]
    waits = sorted(waits[WARM:])
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    return [
        Figure("pick-up, submit to first line in a child, p50", p50, "ms", at_most=6),
        Figure("pick-up, submit to first line in a child, p99", p99, "ms", at_most=15),
    ]


async def wait_of_one(runtime: Runtime) -> float:
    """From the submission to the first line, in milliseconds."""
    user = await runtime.access.ensure("admin", Role.ADMIN)
    began = time.time()
    submitted = await runtime.tasks.submit(user, Submission(first_line.FIRST_LINE.name))
    await asyncio.sleep(PAUSE_SECONDS)
    await ended(runtime, user, submitted.task.id)
    result = await runtime.tasks.result(user, submitted.task.id)
    return 1000 * (result["began_at"] - began)
