"""What leaves after a commit leaves together, and keeps nobody waiting."""

import asyncio

from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from tests.integration.solo import submit


async def test_a_burst_leaves_no_more_tickets_than_help(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await asyncio.gather(*(submit(runtime, user, dataset, f"/{n}") for n in range(60)))
    await runtime.runs.told()

    tickets = [ticket async for ticket in runtime.redis.zscan_iter("meanwhile:tickets")]
    assert 0 < len(tickets) <= 32


async def test_a_submission_does_not_wait_for_a_redis_that_hangs(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        away = runtime.settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{port}/0"})
        async with open_runtime(away, connections=4) as without, asyncio.timeout(1):
            task = await submit(without, user, dataset, "/one")

    assert task.seq == 1
