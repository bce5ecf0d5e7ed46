"""Grouping: one statement for what many want at the same moment, as a group commit does."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from service.db.away import is_away

Asked = TypeVar("Asked")
Told = TypeVar("Told")
Group = Sequence[tuple[Asked, asyncio.Future[Told]]]


class Grouping(Generic[Asked, Told]):
    """While one group is under way the next one gathers; whoever is alone waits for nobody."""

    def __init__(
        self, together: Callable[[Sequence[Asked]], Awaitable[Sequence[Told]]], most: int
    ) -> None:
        self._together = together
        self._most = most
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._going: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Told:
        """What became of it; raises what it alone is the cause of."""
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go_on())
        return await answer

    async def _go_on(self) -> None:
        while self._waiting:
            group = self._waiting[: self._most]
            del self._waiting[: self._most]
            await self._answer(group)

    async def _answer(self, group: Group[Asked, Told]) -> None:
        """Where a group fails, each is asked for alone, so that only the culprit fails.

        Nobody is the culprit where the database is away: all of them hear of it at once.
        """
        try:
            told = await self._together([asked for asked, _ in group])
        except Exception as error:
            if len(group) == 1 or is_away(error):
                _fail(group, error)
                return
            for one in group:
                await self._answer([one])
        else:
            for (_, answer), one in zip(group, told, strict=True):
                if not answer.done():
                    answer.set_result(one)


def _fail(group: Group[Asked, Told], error: Exception) -> None:
    for _, answer in group:
        if not answer.done():
            answer.set_exception(error)
