"""An import whose first stage is what a test wants it to be."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from service.domain.datasets import Dataset
from service.domain.tasks import Task
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from worker.analyses import ANALYSES
from worker.work import Analyses, Run, SoloTools, SoloWork

Work = Callable[[Run, SoloTools], Awaitable[Mapping[str, Any] | None]]


def importing(work: Work) -> Analyses:
    """The analyses, of which the import's first stage does this."""
    return {**ANALYSES, "folder_import": {**ANALYSES["folder_import"], "list": SoloWork(work)}}


class Holding:
    """Work that says that it has begun, and goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.released = asyncio.Event()

    async def work(self, run: Run, tools: SoloTools) -> None:
        self.begun.set()
        await self.released.wait()


async def submit(runtime: Runtime, user: User, dataset: Dataset, path: str = "/x") -> Task:
    """An import of its own for every path."""
    asked = Submission("folder_import", dataset.id, params={"path": path})
    return (await runtime.tasks.start(user, asked)).task


async def chunk_of(runtime: Runtime) -> tuple[str, int, int]:
    """(state, run, attempts) of the only chunk."""
    row = await runtime.database.pool.fetchrow("SELECT state, run, attempts FROM chunks")
    return row["state"], row["run"], row["attempts"]
