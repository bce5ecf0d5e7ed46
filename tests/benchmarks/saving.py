"""Saving: what the worker itself costs beside its children while images are read."""

import asyncio
import time
from pathlib import Path

from deploy.local.sample import write_sample
from service.domain.datasets import Kind, Visibility
from service.usecases.datasets import NewDataset
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import analyse, import_folder, running_worker


async def measure(folder: Path) -> list[Figure]:
    """CPU of the worker's own process as a share of that of its children, for one analysis."""
    async with working(folder) as runtime, running_worker(runtime) as worker:
        await asyncio.to_thread(write_sample, folder / "sample")
        user = await runtime.access.user("admin")
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        await import_folder(runtime, user, dataset, folder / "sample")
        children, own, began = (
            worker.executor.counters.cpu_seconds,
            time.process_time(),
            time.monotonic(),
        )
        task = await analyse(runtime, user, dataset)
        own, children = time.process_time() - own, worker.executor.counters.cpu_seconds - children
        seconds = time.monotonic() - began
    images = task.stages[0].done
    return [
        Figure("worker's own CPU / children's CPU (3 % is for saving)", own / children, ""),
        Figure("worker's own CPU per image", 1000 * own / images, "ms"),
        Figure("images analysed a second, 2 slots, everything included", images / seconds, "/s"),
    ]
