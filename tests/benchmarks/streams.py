"""Streams: a thousand clients of one web process; how late they hear, and what each costs."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from service.api.views import PREFIX
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.snapshots import snapshot
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.asking import request
from tests.benchmarks.figure import Figure
from tests.benchmarks.serving import Web, serving
from tests.benchmarks.working import working

STREAMS = 1000
TASKS = 100
WARM = 20
ROUNDS = 10
ROUND_SECONDS = 1.0
MARK = b"told at "


@dataclass
class Heard:
    """How late events came, in milliseconds."""

    waits: list[float] = field(default_factory=list[float])
    opened: int = 0


async def measure(folder: Path) -> list[Figure]:
    """Every task moves once a second, so that a thousand events go out in each."""
    heard = Heard()
    async with working(folder) as runtime:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        key = await runtime.access.new_key(user, "bench")
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        tasks = [await _submit(runtime, user, dataset, number) for number in range(TASKS)]
        async with serving(runtime.settings) as web:
            warm = await _open(web, key, tasks[:1], Heard(), WARM)
            before = web.memory_bytes()
            listening = await _open(web, key, tasks, heard, STREAMS)
            each = (web.memory_bytes() - before) / STREAMS / 1024
            await _move(runtime, user, tasks)
            for stream in warm + listening:
                stream.cancel()
            await asyncio.gather(*warm, *listening, return_exceptions=True)
    waits = sorted(heard.waits)
    assert len(waits) >= 0.9 * STREAMS * ROUNDS, len(waits)
    p99 = waits[len(waits) * 99 // 100]
    return [
        Figure(f"event to client, {STREAMS:,} streams, p99", p99, "ms", at_most=100),
        Figure("memory a stream", each, "KB", at_most=50),
    ]


async def _submit(runtime: Runtime, user: User, dataset: Dataset, number: int) -> UUID:
    params = {"dark_threshold": number / 1000}
    asked = Submission("image_analysis", dataset.id, params=params)
    return (await runtime.tasks.submit(user, asked)).task.id


async def _open(
    web: Web, key: str, tasks: list[UUID], heard: Heard, count: int
) -> list[asyncio.Task[None]]:
    """Streams that have heard their first event."""
    streams = [
        asyncio.create_task(_listen(web, key, tasks[n % len(tasks)], heard)) for n in range(count)
    ]
    while heard.opened < count:  # noqa: ASYNC110 - counted by the streams themselves
        await asyncio.sleep(0.05)
    return streams


async def _listen(web: Web, key: str, task: UUID, heard: Heard) -> None:
    reader, writer = await asyncio.open_connection(web.host, web.port, limit=1 << 20)
    writer.write(request("GET", f"{PREFIX}/tasks/{task}/events", key))
    await reader.readuntil(b"event: snapshot")
    heard.opened += 1
    async for line in reader:
        if line.startswith(b"data: ") and (at := line.find(MARK)) > 0:
            told = float(line[at + len(MARK) :].partition(b'"')[0])
            heard.waits.append(1000 * (time.time() - told))
    writer.close()


async def _move(runtime: Runtime, user: User, tasks: list[UUID]) -> None:
    """Tells of tasks as a worker does, spread over each second."""
    told = {id_: snapshot(await runtime.tasks.find(user, id_)) for id_ in tasks}
    for turn in range(ROUNDS):
        for id_, was in told.items():
            now = {"seq": was["seq"] + turn + 1, "message": f"told at {time.time()}"}
            await runtime.snapshots.publish({id_: {**was, **now}})
            await asyncio.sleep(ROUND_SECONDS / TASKS)
    await asyncio.sleep(1)
