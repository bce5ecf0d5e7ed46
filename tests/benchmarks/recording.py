"""A recording: what a real analysis on a real worker was told while it ran."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from service.domain.datasets import Kind, Visibility
from service.domain.eta import Remaining, remaining
from service.domain.tasks import Task
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.replays import Told
from tests.benchmarks.saving import write_copies
from tests.benchmarks.working import working
from tests.integration.conftest import ended, import_folder, running_worker

COPIES = 6
SLOTS = 1
LOOK_SECONDS = 0.25


async def recorded(folder: Path) -> Told:
    """An analysis of some thousands of images, one slot; one of some hundreds was before."""
    async with working(folder) as plain:
        settings = plain.settings.model_copy(update={"worker_slots": SLOTS})
        runtime = replace(plain, settings=settings)
        user = await runtime.access.ensure("admin", Role.ADMIN)
        async with running_worker(runtime):
            few = await _begun(runtime, user, folder / "few", 1)
            await ended(runtime, user, few.id)
            await runtime.learning.learn()
            many = await _begun(runtime, user, folder / "many", COPIES)
            return await _watched(runtime, user, many)


async def _begun(runtime: Runtime, user: User, folder: Path, copies: int) -> Task:
    await asyncio.to_thread(write_copies, folder, copies)
    new = NewDataset(folder.name, Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    await import_folder(runtime, user, dataset, folder)
    asked = Submission("image_analysis", dataset.id)
    return (await runtime.tasks.submit(user, asked)).task


async def _watched(runtime: Runtime, user: User, task: Task) -> Told:
    """Until it ends; what is done is what all of its stages have counted."""
    saves: list[tuple[float, int]] = []
    said: list[tuple[float, Remaining | None]] = []
    began = time.monotonic()
    while not task.status.final:
        await asyncio.sleep(LOOK_SECONDS)
        task = await runtime.tasks.find(user, task.id)
        seconds, done = time.monotonic() - began, sum(stage.done for stage in task.stages)
        if not saves or done > saves[-1][1]:
            saves.append((seconds, done))
        said.append((seconds, remaining(task.stages, task.read_at, task.size)))
    return Told(saves, said, time.monotonic() - began)
