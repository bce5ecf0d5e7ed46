"""What we rely on or override in arq: where one of these fails, an upgrade needs a change of ours.

Beyond them nothing of arq is used; ``worker/loop.py`` and ``service/messaging/tickets.py`` are all
that knows of it. The worker here is ours with its real options, on a database of Redis of its own.
"""

import asyncio
import functools
import signal
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, ParamSpec
from urllib.parse import urlsplit, urlunsplit

import orjson
import pytest
from arq.connections import ArqRedis
from arq.typing import WorkerCoroutine
from redis.exceptions import RedisError

from deploy.local.servers import Servers
from service.messaging import keys
from service.messaging.tickets import FUNCTION, Tickets
from tests.eventually import eventually
from worker.loop import (
    JOB_TIMEOUT_SECONDS,
    POLL_SECONDS,
    DoorbellWorker,
    ticket_redis,
    ticket_worker,
)

P = ParamSpec("P")
Test = Callable[P, Coroutine[Any, Any, None]]
OWN_DATABASE = "/9"
"""Of Redis; whatever else runs in these tests takes tickets from the first."""
SLOTS = 2
HEALTH = f"{keys.TICKETS}:health-check"


def for_the_sake_of(what: str) -> Callable[[Test[P]], Test[P]]:
    """Says with a failure what of ours depends on the promise."""

    def told(test: Test[P]) -> Test[P]:
        @functools.wraps(test)
        async def run(*given: P.args, **named: P.kwargs) -> None:
            try:
                await test(*given, **named)
            except Exception as error:
                error.add_note(f"arq keeps a promise no more; on it depends {what}")
                raise

        return run

    return told


@pytest.fixture
async def redis(servers: Servers) -> AsyncGenerator[ArqRedis]:
    url = urlunsplit(urlsplit(servers.redis_url)._replace(path=OWN_DATABASE))
    async with ticket_redis(url) as opened:
        await opened.flushdb()
        yield opened
        await opened.flushdb()


@pytest.fixture
def tickets(redis: ArqRedis) -> Tickets:
    return Tickets(redis)


class Work:
    """Takes its ticket out of the set, as ours does, and goes on until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun: list[dict[str, Any]] = []
        self.ended: list[str] = []
        self.free = asyncio.Event()
        self._error = error

    async def run(self, ctx: dict[str, Any]) -> None:
        self.begun.append(ctx)
        await ctx["redis"].zrem(keys.TICKETS, ctx["job_id"])
        await self.free.wait()
        self.ended.append(ctx["job_id"])
        if self._error is not None:
            raise self._error

    async def has_begun(self) -> bool:
        return bool(self.begun)

    @property
    def ids(self) -> list[str]:
        return [ctx["job_id"] for ctx in self.begun]


def worker_for(redis: ArqRedis, work: WorkerCoroutine) -> DoorbellWorker:
    return ticket_worker(redis, asyncio.Event(), work, slots=SLOTS)


@asynccontextmanager
async def polling(worker: DoorbellWorker) -> AsyncGenerator["asyncio.Task[None]"]:
    running = asyncio.create_task(worker.async_run())
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.wait([running])


async def poll(worker: DoorbellWorker) -> None:
    worker.ctx["redis"] = worker.pool
    await worker._poll_iteration()  # pyright: ignore[reportPrivateUsage] - what ours overrides needs it


async def left(redis: ArqRedis) -> dict[str, int]:
    """Every key but the one that says that a worker is well, and the seconds that it lives on."""
    names = [name.decode() for name in await redis.keys("*")]
    return {name: await redis.ttl(name) for name in names if name != HEALTH}


@for_the_sake_of("RING in tickets.py, which writes tickets without asking arq")
async def test_a_ticket_is_what_arq_itself_would_enqueue(redis: ArqRedis, tickets: Tickets) -> None:
    await tickets.ring(1)
    ((ours, our_score),) = await redis.zrange(keys.TICKETS, 0, -1, withscores=True)
    our_job = orjson.loads(await redis.get(f"arq:job:{ours.decode()}") or b"")
    await redis.flushdb()

    await redis.enqueue_job(FUNCTION)

    ((arqs, arq_score),) = await redis.zrange(keys.TICKETS, 0, -1, withscores=True)
    arq_job = orjson.loads(await redis.get(f"arq:job:{arqs.decode()}") or b"")
    assert our_job | {"et": 0} == arq_job | {"et": 0}
    assert (our_score, arq_score) == (our_job["et"], arq_job["et"])
    assert 0 <= arq_score - our_score < 60_000


@for_the_sake_of("RING in tickets.py, which gives every ticket an id of its own")
async def test_an_id_is_enqueued_once_while_its_job_is_there_and_again_after_it(
    redis: ArqRedis,
) -> None:
    work = Work()
    work.free.set()
    first = await redis.enqueue_job(FUNCTION, _job_id="same")
    second = await redis.enqueue_job(FUNCTION, _job_id="same")

    async with polling(worker_for(redis, work.run)):
        await eventually(lambda: nothing_is_left(redis))

    assert (first is None, second is None) == (False, True)
    assert work.ids == ["same"]
    assert await redis.enqueue_job(FUNCTION, _job_id="same") is not None


@for_the_sake_of("DoorbellWorker, whose polls start what there is and wait for none of it")
async def test_a_poll_starts_what_is_due_the_oldest_first_and_no_more_than_there_are_slots(
    redis: ArqRedis,
) -> None:
    now = datetime.now(UTC)
    ages = {"young": 1, "old": 30, "oldest": 60, "to come": -60}
    for id_, seconds in ages.items():
        due = now - timedelta(seconds=seconds)
        await redis.enqueue_job(FUNCTION, _job_id=id_, _defer_until=due)
    work = Work()
    worker = worker_for(redis, work.run)

    await poll(worker)
    await eventually(lambda: are_out(redis, 2))
    await poll(worker)

    assert work.ids == ["oldest", "old"]
    assert await redis.zrange(keys.TICKETS, 0, -1) == [b"young", b"to come"]
    work.free.set()
    await asyncio.gather(*worker.tasks.values())


@for_the_sake_of("DoorbellWorker.main, which arq's own run must call, and its use of arq's delay")
async def test_a_worker_runs_our_main_which_polls_when_the_bell_rings_and_after_the_delay(
    redis: ArqRedis, tickets: Tickets
) -> None:
    bell, work = asyncio.Event(), Work()
    worker = ticket_worker(redis, bell, work.run, slots=SLOTS)
    assert worker.poll_delay_s == POLL_SECONDS
    worker.poll_delay_s = 3600
    async with polling(worker):
        await eventually(lambda: redis.exists(HEALTH))
        await tickets.ring(1)

        bell.set()

        await eventually(work.has_begun)
        assert worker.main_task is not None
        work.free.set()
        await asyncio.gather(*worker.tasks.values())


@for_the_sake_of("the coroutine in loop.py, which finds its ticket and the client in its context")
async def test_a_job_is_told_its_id_and_the_client(redis: ArqRedis, tickets: Tickets) -> None:
    await tickets.ring(1)
    (id_,) = await redis.zrange(keys.TICKETS, 0, -1)
    work = Work()
    work.free.set()

    async with polling(worker_for(redis, work.run)):
        await eventually(work.has_begun)

    assert (work.begun[0]["job_id"], work.begun[0]["redis"]) == (id_.decode(), redis)


@for_the_sake_of("the ZREM in loop.py, without which every poll walks what runs elsewhere")
async def test_a_running_job_stays_in_the_set_unless_it_takes_itself_out(
    redis: ArqRedis, tickets: Tickets
) -> None:
    begun, free = asyncio.Event(), asyncio.Event()

    async def stay(ctx: dict[str, Any]) -> None:
        begun.set()
        await free.wait()

    await tickets.ring(1)
    async with polling(worker_for(redis, stay)):
        await begun.wait()
        assert await redis.zcard(keys.TICKETS) == 1
        free.set()
        await eventually(lambda: nothing_is_left(redis))


@for_the_sake_of("the ZREM in loop.py, and that tickets leave nothing in Redis")
@pytest.mark.parametrize("error", [None, ValueError("for a test")])
async def test_nothing_is_left_of_a_job_that_took_itself_out_however_it_ends(
    redis: ArqRedis, tickets: Tickets, error: Exception | None
) -> None:
    await tickets.ring(1)
    work = Work(error)
    async with polling(worker_for(redis, work.run)) as running:
        await eventually(work.has_begun)
        await eventually(lambda: are_out(redis, 1))
        work.free.set()

        await eventually(lambda: nothing_is_left(redis))

        assert not running.done()
    assert len(work.begun) == 1


@for_the_sake_of("a worker's end: what is cancelled with it must not be run again by arq")
async def test_a_job_that_is_cancelled_is_not_run_again(redis: ArqRedis, tickets: Tickets) -> None:
    await tickets.ring(1)
    work = Work()
    async with polling(worker := worker_for(redis, work.run)):
        await eventually(work.has_begun)

        worker.job_tasks[work.ids[0]].cancel()

        await eventually(lambda: nothing_is_left(redis))
    assert (len(work.begun), work.ended) == (1, [])


@for_the_sake_of("two workers on one queue: a ticket that both see must not cost two slots")
async def test_a_ticket_is_started_by_one_worker_only(redis: ArqRedis, tickets: Tickets) -> None:
    await tickets.ring(SLOTS)
    work = Work()
    workers = [worker_for(redis, work.run) for _ in range(3)]

    await asyncio.gather(*(poll(worker) for worker in workers))
    await eventually(lambda: are_out(redis, SLOTS))

    assert len(set(work.ids)) == len(work.ids) == SLOTS
    work.free.set()
    await asyncio.gather(*(task for worker in workers for task in worker.tasks.values()))


@for_the_sake_of("that a killed worker leaves no key in Redis for ever")
async def test_every_key_has_a_lifetime_while_a_job_runs(redis: ArqRedis, tickets: Tickets) -> None:
    await tickets.ring(SLOTS + 1)
    work = Work()
    async with polling(worker_for(redis, work.run)):
        await eventually(lambda: are_out(redis, SLOTS))

        lifetimes = await left(redis) | {HEALTH: await redis.ttl(HEALTH)}

        work.free.set()
        await eventually(lambda: nothing_is_left(redis))
    assert {name.rpartition(":")[0] for name in lifetimes} == {
        *("arq:job", "arq:in-progress", "arq:retry"),
        *("meanwhile", keys.TICKETS),
    }
    assert all(0 < seconds <= JOB_TIMEOUT_SECONDS + 3600 for seconds in lifetimes.values())


@for_the_sake_of("RING in tickets.py, whose tickets expire, and that rubbish in Redis harms nobody")
@pytest.mark.parametrize("job", [None, b"\x80rubbish", b'{"f":"eval","a":[],"k":{},"t":1,"et":1}'])
async def test_a_ticket_that_cannot_be_read_is_thrown_away_and_ends_no_worker(
    redis: ArqRedis, tickets: Tickets, job: bytes | None
) -> None:
    if job is not None:
        await redis.set("arq:job:odd", job, ex=60)
    await redis.zadd(keys.TICKETS, {"odd": 1})
    work = Work()
    work.free.set()
    async with polling(worker_for(redis, work.run)) as running:
        await eventually(lambda: nothing_is_left(redis))
        await tickets.ring(1)

        await eventually(work.has_begun)

        assert not running.done()
    assert "odd" not in work.ids


@for_the_sake_of("answer_tickets, which begins anew with a new client when Redis has failed")
async def test_an_error_of_redis_while_polling_ends_the_worker_with_that_error(
    redis: ArqRedis,
) -> None:
    await redis.set(keys.TICKETS, "no set", ex=60)

    with pytest.raises(RedisError):
        await worker_for(redis, Work().run).async_run()


@for_the_sake_of("answer_tickets, which begins anew with a new client when Redis has failed")
async def test_an_error_of_redis_in_the_books_of_a_job_ends_the_worker_with_that_error(
    redis: ArqRedis, tickets: Tickets
) -> None:
    await tickets.ring(1)
    work = Work()
    worker = worker_for(redis, work.run)
    await poll(worker)
    await eventually(lambda: are_out(redis, 1))
    await redis.set(keys.TICKETS, "no set", ex=60)

    work.free.set()
    await asyncio.wait(worker.tasks.values())
    await redis.delete(keys.TICKETS)

    with pytest.raises(RedisError):
        await poll(worker)


@for_the_sake_of("the task group in loop.py, which ends a worker by cancelling it")
async def test_cancelling_ends_the_poll_and_neither_jobs_nor_the_client(
    redis: ArqRedis, tickets: Tickets
) -> None:
    await tickets.ring(1)
    work = Work()
    worker = worker_for(redis, work.run)
    running = asyncio.create_task(worker.async_run())
    await eventually(work.has_begun)
    jobs = list(worker.tasks.values())

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert worker.main_task is not None
    assert worker.main_task.cancelled()
    work.free.set()
    await asyncio.gather(*jobs)
    assert (work.ids, await redis.ping()) == (work.ended, True)


@for_the_sake_of("process.py, whose own handlers drain a worker at SIGTERM and SIGINT")
async def test_signals_are_left_alone(redis: ArqRedis) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    async with polling(worker_for(redis, Work().run)):
        await eventually(lambda: redis.exists(HEALTH))

        after = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        handled = asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)

    assert (after, handled) == (before, False)


async def nothing_is_left(redis: ArqRedis) -> bool:
    return not await left(redis)


async def are_out(redis: ArqRedis, tickets: int) -> bool:
    """So many have begun and taken themselves out of the set."""
    begun = {name.split(":")[2] for name in await left(redis) if name.startswith("arq:in-progress")}
    waiting = {id_.decode() for id_ in await redis.zrange(keys.TICKETS, 0, -1)}
    return len(begun - waiting) == tickets
