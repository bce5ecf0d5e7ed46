"""Listening: a client of one task's stream that comes back until it has heard the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.chaos.checker import Heard

SNAPSHOTS = ("snapshot", "progress", "done")
PAUSE_SECONDS = 0.2


class Listener:
    """Hears one task; everything goes into a file, too, so that a run can be looked at later."""

    def __init__(self, client: httpx2.AsyncClient, path: str, file: Path) -> None:
        self._client = client
        self._path = path
        self._file = file
        self.heard: list[Heard] = []

    async def until_the_end(self) -> None:
        """Comes back whenever the stream breaks, as a browser does."""
        connection = 0
        while True:
            try:
                if await self._listen(connection):
                    return
            except httpx2.HTTPError:
                pass
            connection += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self, connection: int) -> bool:
        """Whether this connection has brought the end, or is told that there is nothing more."""
        last = {"Last-Event-ID": str(self.heard[-1].told["seq"])} if self.heard else {}
        async with self._client.stream("GET", self._path, headers=last) as answer:
            if answer.status_code != 200:
                return answer.status_code == 204
            async for name, told in _events(answer.aiter_lines()):
                if name in SNAPSHOTS:
                    self._note(Heard(datetime.now(UTC), connection, name, told))
                if name == "done":
                    return True
        return False

    def _note(self, heard: Heard) -> None:
        self.heard.append(heard)
        with self._file.open("a", encoding="utf-8") as file:
            line = {"at": heard.at.isoformat(), "connection": heard.connection}
            file.write(json.dumps(line | {"event": heard.event, "told": heard.told}) + "\n")


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
