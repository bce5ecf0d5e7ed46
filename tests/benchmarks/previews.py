"""Previews: how soon a running analysis shows what it has found, and what showing it costs."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from deploy.local.sample import write_sample
from service.api.views import PREFIX
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.users import Role, User
from service.processes.output import ItemError, Output
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.asking import request
from tests.benchmarks.cpu import Meter
from tests.benchmarks.figure import Figure
from tests.benchmarks.saving import metered, write_copies
from tests.benchmarks.serving import Web, serving
from tests.benchmarks.working import working
from tests.integration.conftest import ended, import_folder, running_worker
from worker.analyses import ANALYSES
from worker.runner import Runner
from worker.work import Analyses, Kept, MapWork, Run, Unit

SOON = 12
"""Runs of the sample as it is, each watched until its first preview."""
COPIES = 5
ROUNDS = 2
"""Of that many copies of it, with previews and without in turns."""
MOST_SECONDS = 300


@dataclass
class Keeping:
    """Keeps what comes of images as the analysis does, and looks on."""

    meter: Meter = field(default_factory=Meter)
    """What counting costs."""
    previews: bool = True
    first: dict[UUID, float] = field(default_factory=dict[UUID, float])
    """By task, when its first image was finished."""

    def analyses(self) -> Analyses:
        stages = ANALYSES["image_analysis"]
        features = stages["features"]
        assert isinstance(features, MapWork)
        watched = replace(features, keep=partial(self._keep, features.keep))
        return {**ANALYSES, "image_analysis": {**stages, "features": watched}}

    def _keep(
        self,
        keep: Callable[[Run, Unit, Output | ItemError], Kept],
        run: Run,
        unit: Unit,
        output: Output | ItemError,
    ) -> Kept:
        self.first.setdefault(run.chunk.task_id, time.monotonic())
        kept = keep(run, unit, output)
        assert kept.count
        return replace(kept, count=partial(self._count, kept.count) if self.previews else None)

    def _count(self, count: Callable[[dict[str, Any]], None], counts: dict[str, Any]) -> None:
        began = time.thread_time()
        count(counts)
        self.meter.seconds += time.thread_time() - began


@dataclass(frozen=True)
class Bench:
    """A worker, a web process, and somebody who watches."""

    runtime: Runtime
    worker: Runner
    web: Web
    user: User
    key: str
    keeping: Keeping

    async def run(self, dataset: Dataset) -> list[float]:
        """When previews of a run that finds nothing computed yet came to the one who watches."""
        await self.runtime.database.pool.execute("TRUNCATE features")
        asked = Submission("image_analysis", dataset.id, force=True)
        submitted = await self.runtime.tasks.submit(self.user, asked)
        came = await self._watch(submitted.task.id)
        await ended(self.runtime, self.user, submitted.task.id, seconds=MOST_SECONDS)
        return came

    async def wait(self, dataset: Dataset) -> float:
        """From the first finished image to the first preview."""
        self.keeping.first.clear()
        first, *_ = await self.run(dataset)
        (finished,) = self.keeping.first.values()
        return first - finished

    async def cost(self, dataset: Dataset, *, previews: bool) -> tuple[float, float]:
        """CPU seconds beside the children that save, tell and show; and the children's."""
        self.keeping.previews = previews
        before = self._cpu()
        came = await self.run(dataset)
        assert bool(came) is previews
        beside, children = (now - was for now, was in zip(self._cpu(), before, strict=True))
        return beside, children

    def _cpu(self) -> tuple[float, float]:
        beside = self.keeping.meter.seconds + self.web.cpu_seconds()
        return beside, self.worker.executor.counters.cpu_seconds

    async def _watch(self, task_id: UUID) -> list[float]:
        """Until the stream ends."""
        reader, writer = await asyncio.open_connection(self.web.host, self.web.port, limit=1 << 20)
        writer.write(request("GET", f"{PREFIX}/tasks/{task_id}/events", self.key))
        came: list[float] = []
        async for line in reader:
            if line.startswith(b"event: preview"):
                came.append(time.monotonic())
            elif line.startswith(b"event: done"):
                break
        writer.close()
        return came


async def measure(folder: Path) -> list[Figure]:
    """One worker with two slots, one client; previews reach it as a browser's page has them."""
    keeping = Keeping()
    async with working(folder) as plain:
        runtime = replace(plain, runs=metered(plain.runs, keeping.meter))
        async with (
            serving(runtime.settings) as web,
            running_worker(runtime, analyses=keeping.analyses()) as worker,
        ):
            await worker.executor.warm()
            user = await runtime.access.ensure("admin", Role.ADMIN)
            key = await runtime.access.new_key(user, "bench")
            bench = Bench(runtime, worker, web, user, key, keeping)
            few = await _dataset(runtime, user, folder / "few", write_sample)
            many = await _dataset(
                runtime, user, folder / "many", partial(write_copies, copies=COPIES)
            )
            waits = [await bench.wait(few) for _ in range(SOON)]
            costs = [
                [await bench.cost(many, previews=previews) for previews in (False, True)]
                for _ in range(ROUNDS)
            ]
    return [
        Figure("first finished image to its preview, median", median(waits), "s"),
        Figure(f"the same, longest of {SOON}", max(waits), "s", at_most=1),
        Figure("previews / children's CPU", _share(costs), "", at_most=0.03),
    ]


def _share(costs: Sequence[Sequence[tuple[float, float]]]) -> float:
    """What is spent beside the children with previews, less what is without, by their CPU."""
    without, with_them = (
        sum(side[turn][0] for side in costs) / sum(side[turn][1] for side in costs)
        for turn in (0, 1)
    )
    return with_them - without


async def _dataset(
    runtime: Runtime, user: User, folder: Path, write: Callable[[Path], None]
) -> Dataset:
    await asyncio.to_thread(write, folder)
    new = NewDataset(folder.name, Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    await import_folder(runtime, user, dataset, folder)
    return dataset
