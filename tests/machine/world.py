"""World: a database of its own for the machine, and a loop that it can be asked on step by step."""

import asyncio
import os
from collections.abc import Coroutine, Generator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

from service.db.items import Items
from service.domain.datasets import Dataset, Kind, NewItem, Visibility
from service.domain.users import Role, User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from tests.machine.books import Books, read_books
from tests.machine.model import MOST_ACTIVE
from tests.machine.shapes import SHAPES

T = TypeVar("T")
ITEMS = 5
"""In the beginning."""


@dataclass(frozen=True, repr=False)
class World:
    """The real core, without its worker: the machine is every worker and every user."""

    loop: asyncio.Runner
    runtime: Runtime
    users: Sequence[User]
    dataset: Dataset

    def do(self, action: Coroutine[Any, Any, T]) -> T:
        return self.loop.run(action)

    def sql(self, statement: str, *values: object) -> None:
        """What time does, or chance."""
        self.do(self.runtime.database.pool.execute(statement, *values))

    def read(self) -> Books:
        return self.do(read_books(self.runtime.database.pool))

    def begin_anew(self) -> None:
        """As if nobody had ever asked for anything."""
        for table in ("tasks", "features", "items", "blobs"):
            self.sql(f"DELETE FROM {table}")
        self.upload(ITEMS)

    def upload(self, items: int) -> None:
        self.do(self._upload(items))

    async def _upload(self, items: int) -> None:
        new = [NewItem(f"{uuid4()}.jpg", os.urandom(32), 10) for _ in range(items)]
        await self.runtime.runs.reserve(new)
        await Items(self.runtime.database).add(self.dataset.id, new)


@contextmanager
def open_world(settings: Settings) -> Generator[World]:
    few = settings.model_copy(update={"max_active_tasks": MOST_ACTIVE})
    with asyncio.Runner() as loop:
        opened = AsyncExitStack()
        core = open_runtime(few, connections=4, catalogue=SHAPES)
        runtime = loop.run(opened.enter_async_context(core))
        try:
            yield loop.run(_peopled(loop, runtime))
        finally:
            loop.run(opened.aclose())


async def _peopled(loop: asyncio.Runner, runtime: Runtime) -> World:
    users = [await runtime.access.ensure(name, Role.MEMBER) for name in ("ada", "bo")]
    new = NewDataset("pictures", Kind.IMAGE, Visibility.EVERYONE)
    return World(loop, runtime, users, await runtime.datasets.create(users[0], new))
