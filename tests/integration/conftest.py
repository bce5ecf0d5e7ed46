"""A worker in the test's own process, with real children."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from service.clock import Clock
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.tasks import Task
from service.domain.users import User
from service.processes.executor import Executor
from service.processes.limits import Limits
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.conftest import Site
from tests.eventually import eventually
from worker.analyses import ANALYSES, PRELOAD
from worker.heart import Heart
from worker.loop import answer_tickets
from worker.pulse import Pulse
from worker.runner import Runner
from worker.work import Analyses


@asynccontextmanager
async def running_worker(
    runtime: Runtime,
    *,
    analyses: Analyses = ANALYSES,
    allowed: Sequence[str] = ("service.compute.",),
) -> AsyncGenerator[Runner]:
    """A whole worker but for its supervising parent; drained at the end."""
    id_ = uuid4()
    limits = Limits(stall_seconds=20)
    slots = runtime.settings.worker_slots
    async with Executor(slots, limits, preload=PRELOAD, allowed=allowed) as executor:
        pulse = Pulse(Clock())
        runner = Runner(runtime, analyses, executor, id_, pulse)
        heart = Heart(runtime.runs, id_, Clock(), runner.active, pulse)
        loops = [
            asyncio.create_task(loop)
            for loop in (
                runner.run(),
                runner.saver.run(),
                heart.run(),
                answer_tickets(runtime.settings.redis_url, runner),
            )
        ]
        try:
            yield runner
            await runner.drain()
        finally:
            for loop in loops:
                loop.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*loops)


@pytest.fixture
async def worker(runtime: Runtime) -> AsyncGenerator[Runner]:
    async with running_worker(runtime) as runner:
        yield runner


@pytest.fixture
def client(site: Site) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=30) as opened:
        yield opened


@pytest.fixture
def dataset_id(client: httpx2.Client) -> str:
    """An empty dataset of the site."""
    return client.post("/api/v1/datasets", json={"name": f"set {uuid4()}"}).json()["id"]


@pytest.fixture
async def dataset(runtime: Runtime, user: User) -> Dataset:
    new = NewDataset("pictures", Kind.IMAGE, Visibility.PRIVATE)
    return await runtime.datasets.create(user, new)


async def import_folder(runtime: Runtime, user: User, dataset: Dataset, folder: Path) -> Task:
    """The completed import of a folder."""
    asked = Submission("folder_import", dataset.id, params={"path": str(folder)})
    submitted = await runtime.tasks.start(user, asked)
    return await ended(runtime, user, submitted.task.id)


async def analyse(runtime: Runtime, user: User, dataset: Dataset, *, force: bool = False) -> Task:
    """The ended analysis of a dataset."""
    asked = Submission("image_analysis", dataset.id, force=force)
    submitted = await runtime.tasks.submit(user, asked)
    return await ended(runtime, user, submitted.task.id)


async def ended(runtime: Runtime, user: User, task_id: UUID, *, seconds: float = 60) -> Task:
    async def final() -> Task | None:
        task = await runtime.tasks.find(user, task_id)
        return task if task.status.final else None

    return await eventually(final, seconds=seconds)


async def has_log_line(runtime: Runtime, user: User, task_id: UUID, part: str) -> bool:
    lines = await runtime.tasks.log(user, task_id, after=0, limit=100)
    return any(part in line.message for line in lines)
