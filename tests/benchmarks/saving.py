"""Saving: what the worker itself costs beside its children while images are read."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.local.sample import write_sample
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.saves import Save, Saved
from service.domain.tasks import Task
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.runs import RunActions
from service.usecases.tasks import Submission
from tests.benchmarks.cpu import Meter, Watched
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import import_folder, running_worker

COPIES = 5
LOOK_SECONDS = 0.25
"""Looking more often for the end would cost the worker's process more than saving does."""


async def measure(folder: Path) -> list[Figure]:
    """CPU of saving, and of the whole process beside the children, of one features stage."""
    meter = Meter()
    async with working(folder) as plain:
        runtime = replace(plain, runs=metered(plain.runs, meter))
        async with running_worker(runtime) as worker:
            user, dataset = await _dataset(runtime, folder / "sample")
            cpu = worker.executor.counters
            meter.seconds, children = 0.0, cpu.cpu_seconds
            own, began = time.process_time(), time.monotonic()
            images = await _read_all(runtime, user, dataset)
            seconds, own = time.monotonic() - began, time.process_time() - own
            children = cpu.cpu_seconds - children
    return [
        Figure("saving and reporting / children's CPU", meter.seconds / children, "", at_most=0.03),
        Figure("worker's own CPU / children's CPU", own / children, ""),
        Figure(f"features stage, {images} images, 2 slots", images / seconds, "/s"),
    ]


@dataclass(frozen=True)
class MeteredRuns(RunActions):
    """Charges every save, with the telling that follows it, to a meter."""

    meter: Meter

    async def save(self, worker_id: UUID, batch: Sequence[Save]) -> Saved:
        return await Watched(super().save(worker_id, batch), self.meter)


def metered(runs: RunActions, meter: Meter) -> MeteredRuns:
    parts: dict[str, Any] = {field.name: getattr(runs, field.name) for field in fields(runs)}
    return MeteredRuns(**parts, meter=meter)


async def _dataset(runtime: Runtime, folder: Path) -> tuple[User, Dataset]:
    await asyncio.to_thread(write_copies, folder, COPIES)
    user = await runtime.access.ensure("admin", Role.ADMIN)
    new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    await import_folder(runtime, user, dataset, folder)
    return user, dataset


def write_copies(folder: Path, copies: int) -> None:
    """The sample, and copies of its files that bytes behind their end make others."""
    write_sample(folder)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        for n in range(1, copies):
            copy = path.with_name(f"{path.stem} {n}{path.suffix}")
            copy.write_bytes(path.read_bytes() + bytes([n]))


async def _read_all(runtime: Runtime, user: User, dataset: Dataset) -> int:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    task: Task = submitted.task
    while task.stages[0].completed_at is None:
        await asyncio.sleep(LOOK_SECONDS)
        task = await runtime.tasks.find(user, submitted.task.id)
    return task.stages[0].done
