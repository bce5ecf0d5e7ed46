"""What leaves after a commit leaves together, and keeps nobody waiting."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from tests.integration.solo import submit


@asynccontextmanager
async def hanging_redis(settings: Settings) -> AsyncGenerator[Settings]:
    """The same settings with a Redis that takes everything and answers nothing."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        yield settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{port}/0"})


def telling() -> set["asyncio.Task[None]"]:
    """What tells somebody at this moment."""
    return {task for task in asyncio.all_tasks() if "Telling" in repr(task.get_coro())}


async def test_a_burst_leaves_no_more_tickets_than_help(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await asyncio.gather(*(submit(runtime, user, dataset, f"/{n}") for n in range(60)))
    await runtime.runs.telling.told()

    tickets = [ticket async for ticket in runtime.redis.zscan_iter("meanwhile:tickets")]
    assert 0 < len(tickets) <= 32


async def test_a_submission_does_not_wait_for_a_redis_that_hangs(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async with (
        hanging_redis(runtime.settings) as away,
        open_runtime(away, connections=4) as without,
        asyncio.timeout(1),
    ):
        task = await submit(without, user, dataset, "/one")

    assert task.seq == 1


class Wrong(Exception):
    """What goes wrong while a runtime is open."""


@pytest.mark.parametrize("wrong", [False, True])
async def test_what_cannot_be_told_in_time_ends_with_its_runtime(
    runtime: Runtime, user: User, dataset: Dataset, monkeypatch: pytest.MonkeyPatch, wrong: bool
) -> None:
    monkeypatch.setattr("service.usecases.telling.PATIENCE_SECONDS", 0.01)
    seen: list[int] = []

    async with hanging_redis(runtime.settings) as away:
        with suppress(Wrong):
            async with open_runtime(away, connections=4) as without:
                await submit(without, user, dataset, "/one")
                seen.append(len(telling()))
                if wrong:
                    raise Wrong
        seen.append(len(telling()))

    assert seen == [1, 0]
