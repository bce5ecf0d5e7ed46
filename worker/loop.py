"""Loop: the arq worker that tickets come to, with a doorbell beside its poll; it survives Redis."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.exceptions import RedisError

from service.messaging import keys
from service.messaging.connections import open_pool
from service.messaging.subscriptions import messages
from service.messaging.tickets import FUNCTION, deserialize, serialize
from worker.runner import Runner

log = structlog.get_logger()

POLL_SECONDS = 0.5
AWAY_SECONDS = 1.0
"""How long to wait before Redis is tried again; PostgreSQL is asked for work meanwhile."""
JOB_TIMEOUT_SECONDS = 24 * 3600
"""Above every limit of ours: a ticket waits at most for a slot."""


class DoorbellWorker(Worker):
    """arq's worker, which polls at once when the bell rings."""

    def __init__(self, bell: asyncio.Event, **options: Any) -> None:
        super().__init__(**options)
        self._bell = bell

    async def main(self) -> None:
        """Polls at every ring, and twice a second."""
        self.ctx["redis"] = self.pool
        while True:
            self._bell.clear()
            await self._poll_iteration()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll_delay_s):
                    await self._bell.wait()


async def answer_tickets(redis_url: str, runner: Runner) -> None:
    """Wakes the runner for every ticket, for ever; without Redis the runner's own poll goes on."""
    while True:
        try:
            async with ticket_redis(redis_url) as redis:
                await _listen(redis, runner)
        except* (RedisError, OSError) as errors:
            log.warning("redis.away", error=repr(errors.exceptions[0]))
        await asyncio.sleep(AWAY_SECONDS)


@asynccontextmanager
async def ticket_redis(url: str) -> AsyncGenerator[ArqRedis]:
    """Arq's client on our URL: its own reading of URLs drops TLS options and quoted passwords."""
    redis = ArqRedis(
        connection_pool=open_pool(
            url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=10
        ),
        job_serializer=serialize,
        job_deserializer=deserialize,
        default_queue_name=keys.TICKETS,
    )
    try:
        yield redis
    finally:
        await redis.aclose(close_connection_pool=True)


def ticket_worker(
    redis: ArqRedis, bell: asyncio.Event, work: WorkerCoroutine, *, slots: int
) -> DoorbellWorker:
    """Of what arq can do, no more than polling: what matters is in PostgreSQL."""
    return DoorbellWorker(
        bell,
        functions=[func(work, name=FUNCTION, max_tries=1, timeout=JOB_TIMEOUT_SECONDS)],
        redis_pool=redis,
        queue_name=keys.TICKETS,
        handle_signals=False,
        max_jobs=slots,
        poll_delay=POLL_SECONDS,
        max_tries=1,
        retry_jobs=False,
        keep_result=0,
        log_results=False,
        job_serializer=serialize,
        job_deserializer=deserialize,
    )


async def _listen(redis: ArqRedis, runner: Runner) -> None:
    bell = asyncio.Event()

    async def work(ctx: dict[str, Any]) -> None:
        """A ticket leaves the set that every poll walks, and waits while this worker is full."""
        await ctx["redis"].zrem(keys.TICKETS, ctx["job_id"])
        runner.ring()
        await runner.active.wait_for_slot()

    worker = ticket_worker(redis, bell, work, slots=runner.active.slots)
    async with asyncio.TaskGroup() as both:
        both.create_task(_hear(redis, bell, runner))
        both.create_task(worker.async_run())


async def _hear(redis: ArqRedis, bell: asyncio.Event, runner: Runner) -> None:
    async for message in messages(redis, keys.BELL):
        if message is not None:
            bell.set()
            runner.ring()
