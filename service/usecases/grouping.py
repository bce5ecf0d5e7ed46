"""Grouping: one statement for what many want at the same moment, as a group commit does."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Grouping(Generic[Asked, Told]):
    """While one group is under way the next one gathers; whoever is alone waits for nobody."""

    def __init__(
        self, write: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]], most: int
    ) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Told:
        """What became of it; raises what it alone is the cause of."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await answer

    async def _write_all(self) -> None:
        while self._waiting:
            group = self._waiting[: self._most]
            del self._waiting[: self._most]
            await self._write_group(group)

    async def _write_group(self, group: Sequence[tuple[Asked, asyncio.Future[Told]]]) -> None:
        """Where a group fails, each is written alone, so that only the culprit fails."""
        try:
            told = await self._write([asked for asked, _ in group])
        except Exception as error:
            if len(group) > 1:
                for one in group:
                    await self._write_group([one])
            elif not group[0][1].done():
                group[0][1].set_exception(error)
        else:
            for (_, answer), one in zip(group, told, strict=True):
                if not answer.done():
                    answer.set_result(one)
