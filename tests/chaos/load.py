"""Load: what a case has the site do meanwhile: accepted tasks, and who listens to them."""

import asyncio
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx2

from tests.chaos import ledger
from tests.chaos.checker import Evidence
from tests.chaos.listening import Listener
from tests.chaos.sites import Site
from tests.eventually import eventually
from tests.pictures import photograph

API = "/api/v1"
TRIES = 100
PAUSE_SECONDS = 0.2
AT_ONCE = 10
GIVE_UP_SECONDS = 5


@dataclass
class Load:
    """Tasks of one case."""

    site: Site
    random: Random
    accepted: list[str] = field(default_factory=list[str])
    _listeners: dict[str, Listener] = field(default_factory=dict[str, Listener])
    _datasets: dict[httpx2.AsyncClient, str] = field(default_factory=dict[httpx2.AsyncClient, str])
    _listening: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])

    async def items(
        self, count: int = 60, *, seconds: float = 0.1, bad: tuple[str, ...] = ()
    ) -> str:
        """A task over items, some of which behave badly."""
        dataset = await self._dataset()
        words = ["good"] * (count - len(bad)) + list(bad)
        self.random.shuffle(words)
        files = [("files", (f"{n}", f"{word} {uuid4()}")) for n, word in enumerate(words)]
        answer = await self.site.client.post(f"{API}/datasets/{dataset}/files", files=files)
        answer.raise_for_status()
        return await self.start("items", dataset=dataset, seconds=seconds)

    async def folder(self, count: int = 60, *, size_bytes: int = 3000) -> str:
        """The import of a folder of files that nobody has yet."""
        dataset = await self._dataset()
        folder = self.site.folder / "imports" / str(uuid4())
        folder.mkdir()
        for n in range(count):
            (folder / f"{n}.bin").write_bytes(self.random.randbytes(size_bytes))
        return await self._accept(f"{API}/datasets/{dataset}/import", {"path": str(folder)})

    async def pictures(self, count: int = 24) -> str:
        """The real analysis of pictures that nobody has yet."""
        dataset = await self._dataset()
        seeds = [self.random.getrandbits(31) for _ in range(count)]
        files = [("files", (f"{seed}.jpg", jpeg(seed))) for seed in seeds]
        answer = await self.site.client.post(f"{API}/datasets/{dataset}/files", files=files)
        answer.raise_for_status()
        return await self.start("image_analysis", dataset=dataset)

    async def nap(self, seconds: float, *, deaf: bool = False) -> str:
        return await self.start("nap", seconds=seconds, deaf=deaf, n=self._number())

    async def many_naps(self, count: int, seconds: float) -> None:
        """Accepted one after the other, a few at a time; nobody listens to them."""
        client = self.site.client
        dataset = await self._own_dataset(client)
        turns = asyncio.Semaphore(AT_ONCE)

        async def nap() -> None:
            params = {"seconds": seconds, "n": self._number()}
            body = {"type": "nap", "dataset_id": dataset, "params": params}
            async with turns:
                answer = await self.insist("POST", f"{API}/tasks", body)
            answer.raise_for_status()
            self.accepted.append(str(UUID(answer.json()["id"])))

        async with asyncio.TaskGroup() as asking:
            for _ in range(count):
                asking.create_task(nap())

    async def nothing(self, client: httpx2.AsyncClient | None = None) -> str:
        return await self.start("nothing", client=client, n=self._number())

    async def start(
        self,
        type_: str,
        *,
        dataset: str | None = None,
        client: httpx2.AsyncClient | None = None,
        **params: Any,
    ) -> str:
        """The id of an accepted task that somebody listens to."""
        body = {"type": type_, "params": params}
        body["dataset_id"] = dataset or await self._own_dataset(client or self.site.client)
        return await self._accept(f"{API}/tasks", body, client)

    async def ended(self, *, seconds: float) -> None:
        """Returns once every accepted task has ended and its client has heard so."""
        async with asyncio.timeout(seconds):
            for task in self.accepted:
                await self._ended(task)
            await asyncio.gather(*self._listening)

    async def give_up(self) -> None:
        """Nobody listens any more."""
        for listening in self._listening:
            listening.cancel()
        if self._listening:
            await asyncio.wait(self._listening, timeout=GIVE_UP_SECONDS)

    async def evidence(self, *, may_charge: bool = True) -> Evidence:
        """What there is to be checked; also written into a file beside the logs."""
        async with self.site.database() as connection:
            changes = await ledger.read(connection)
        now = {task: await self._now(task) for task in self._known(changes)}
        heard = {task: listener.heard for task, listener in self._listeners.items()}
        left = await self.site.remains()
        return Evidence(self.accepted, changes, heard, now, left, may_charge)

    def _known(self, changes: list[ledger.Change]) -> set[str]:
        """Also tasks whose client never got its answer."""
        return {c.new["id"] for c in changes if c.relation == "tasks"}.union(self.accepted)

    async def _ended(self, task: str) -> None:
        async def over() -> bool:
            return (await self._now(task))["status"] not in ("pending", "in_progress")

        await eventually(over, seconds=600)

    async def _now(self, task: str) -> dict[str, Any]:
        answer = await self.insist("GET", f"{API}/tasks/{task}")
        return answer.json()

    async def insist(
        self,
        method: str,
        path: str,
        body: Any = None,
        client: httpx2.AsyncClient | None = None,
    ) -> httpx2.Response:
        """Tries again for a while, as clients do while a service restarts."""
        for _ in range(TRIES):
            try:
                answer = await (client or self.site.client).request(method, path, json=body)
                if answer.status_code < 500:
                    return answer
            except httpx2.HTTPError:
                pass
            await asyncio.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{method} {path} is not answered")

    async def _own_dataset(self, client: httpx2.AsyncClient) -> str:
        """An empty one of each user's, as every task is about a dataset."""
        if client not in self._datasets:
            self._datasets[client] = await self._dataset(client)
        return self._datasets[client]

    async def _dataset(self, client: httpx2.AsyncClient | None = None) -> str:
        answer = await self.insist("POST", f"{API}/datasets", {"name": str(uuid4())}, client)
        return answer.json()["id"]

    async def _accept(
        self, path: str, body: dict[str, Any], client: httpx2.AsyncClient | None = None
    ) -> str:
        answer = await self.insist("POST", path, body, client)
        answer.raise_for_status()
        task = str(UUID(answer.json()["id"]))
        self._note(task)
        return task

    def _note(self, task: str) -> None:
        """What was accepted must not be forgotten, whatever comes."""
        self.accepted.append(task)
        heard = self.site.folder / f"{task}.heard"
        listener = Listener(self.site.client, f"{API}/tasks/{task}/events", heard)
        self._listeners[task] = listener
        self._listening.append(asyncio.create_task(listener.until_the_end()))

    def _number(self) -> int:
        return self.random.getrandbits(31)


def jpeg(seed: int) -> bytes:
    stream = io.BytesIO()
    photograph(seed).save(stream, "JPEG")
    return stream.getvalue()


def kept(path: Path, evidence: Evidence) -> None:
    """The whole ledger of a case as lines, to be looked at after a failure."""
    with path.open("w", encoding="utf-8") as file:
        for change in evidence.changes:
            file.write(json.dumps(vars(change), default=str) + "\n")
