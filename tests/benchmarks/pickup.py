"""Pick-up: from a submission to the claim of its first chunk, on an idle worker."""

import asyncio
import time
from pathlib import Path

from service.domain.datasets import Kind, Visibility
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import ended, running_worker

SUBMISSIONS = 100
PAUSE_SECONDS = 0.05
WARM_SECONDS = 4


async def measure(folder: Path) -> list[Figure]:
    """p50 and p99 over a hundred imports of an empty folder, from submission to claim.

    The claim's time is the database's, on the same machine and so the same clock. A warm child gets
    the order right after it.
    """
    empty = folder / "empty"
    waits: list[float] = []
    async with working(folder) as runtime, running_worker(runtime):
        empty.mkdir()
        user = await runtime.access.user("admin")
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        await asyncio.sleep(WARM_SECONDS)
        for _ in range(SUBMISSIONS):
            began = time.time()
            asked = Submission("folder_import", dataset.id, params={"path": str(empty)})
            submitted = await runtime.tasks.submit(user, asked)
            task = await ended(runtime, user, submitted.task.id)
            assert task.started_at is not None
            waits.append(1000 * (task.started_at.timestamp() - began))
            await asyncio.sleep(PAUSE_SECONDS)
    waits.sort()
    return [
        Figure("pick-up, submit to claim, idle, p50", waits[len(waits) // 2], "ms", at_most=10),
        Figure("pick-up, submit to claim, idle, p99", waits[-2], "ms", at_most=40),
    ]
