"""Submissions: new tasks a second over HTTP, taken by one web process and on the disk."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from service.api.views import PREFIX
from service.domain.datasets import Kind, Visibility
from service.domain.users import Role
from service.usecases.datasets import NewDataset
from tests.benchmarks.asking import ask_all, request
from tests.benchmarks.figure import Figure
from tests.benchmarks.serving import serving
from tests.benchmarks.working import working

SUBMISSIONS = 3000
WARM = 300
CONNECTIONS = 16
ROUNDS = 3


async def measure(folder: Path) -> list[Figure]:
    """The best of some rounds; every submission is a task of its own."""
    best = 0.0
    async with working(folder) as runtime:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        key = await runtime.access.new_key(user, "bench")
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        more = {"MAX_ACTIVE_TASKS": "0"}
        async with serving(runtime.settings, **more) as web:
            asked = submitting(str(dataset.id), key)
            for count in (WARM, *([SUBMISSIONS] * ROUNDS)):
                began = time.monotonic()
                some = iter([next(asked) for _ in range(count)])
                statuses = await ask_all(web.host, web.port, some, CONNECTIONS)
                assert set(statuses) == {202}, set(statuses)
                best = max(best, count / (time.monotonic() - began))
                await asyncio.sleep(0)
    return [Figure("submissions over HTTP, one web process", best, "/s", at_least=1200)]


def submitting(dataset: str, key: str) -> Iterator[bytes]:
    """Requests that each ask for a task of its own."""
    number = 0
    while True:
        number += 1
        params = {"dark_threshold": number / 1_000_000}
        body = {"type": "image_analysis", "dataset_id": dataset, "params": params}
        yield request("POST", f"{PREFIX}/tasks", key, orjson.dumps(body))
