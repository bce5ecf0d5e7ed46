"""Faults: what is done to a site that works, each with the seconds within which it goes on."""

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from uuid import uuid4

import asyncpg

from service.messaging import keys
from service.messaging.tickets import Tickets
from tests.chaos.case import Blow, Case
from tests.chaos.load import API, Load
from tests.chaos.sites import SLOTS, Site, Worker
from tests.eventually import eventually
from tests.integration.processes import family
from worker.heart import LEASE_SECONDS

OUTAGE_SECONDS = 3.0
ROUNDS = 20
PAUSE_SECONDS = 0.1
BALLAST_BYTES = 1 << 16
STEP_SECONDS = 300


def now() -> datetime:
    return datetime.now(UTC)


# what is worked on meanwhile


async def busy(load: Load) -> None:
    """Items, files and a nap: more than there are slots."""
    await load.items()
    await load.folder()
    await load.nap(2)
    await load.site.at_work(SLOTS + 1)


async def idle(load: Load) -> None:
    """Nothing before the fault."""


# workers


async def kill_worker(site: Site, load: Load) -> Blow:
    await asyncio.sleep(load.random.uniform(0, 1.5))
    victim = await site.busy_worker(load.random)
    victim.struck = True
    at = now()
    os.kill(victim.pid or 0, signal.SIGKILL)
    return Blow(at)


async def kill_machine(site: Site, load: Load) -> Blow:
    """Parent, worker and children at once: nobody says that they are gone."""
    victim = await site.busy_worker(load.random)
    at = now()
    await _remove(site, victim)
    return Blow(at)


async def _remove(site: Site, victim: Worker) -> None:
    victim.kill(signal.SIGKILL)
    await asyncio.to_thread(victim.parent.wait)
    shutil.rmtree(victim.temporary)
    site.workers.remove(victim)


async def stop_machine(site: Site, load: Load) -> Blow:
    """Until others have what it had; then it goes on as if nothing had been."""
    victim = await site.busy_worker(load.random)
    victim.struck = True
    at = now()
    victim.kill(signal.SIGSTOP)
    try:
        await _taken_over(site, at)
    finally:
        victim.kill(signal.SIGCONT)
    return Blow(at)


async def _taken_over(site: Site, since: datetime) -> None:
    async def rescued() -> bool:
        async with site.database() as connection:
            claims = await connection.fetch(
                "SELECT FROM chaos_ledger WHERE relation = 'chunks' AND at > $1"
                " AND old->>'state' = 'waiting' AND new->>'state' = 'running'"
                " AND (new->>'run')::int > 1",
                since,
            )
        return bool(claims)

    await eventually(rescued, seconds=3 * LEASE_SECONDS)


async def stop_before_save(site: Site, load: Load) -> Blow:
    """It wakes up with a batch in its hand that is not its to save any more."""
    site.arm("worker.save.before", "stop")
    at = await site.struck("worker.save.before")
    (victim,) = [worker for worker in site.workers if worker.stopped]
    victim.struck = True
    try:
        await eventually(partial(site.release, victim))
        await _taken_over(site, at)
    finally:
        victim.kill(signal.SIGCONT)
    return Blow(at)


async def block_loop(site: Site, load: Load) -> Blow:
    """Longer than its parent is patient."""
    site.arm("worker.save.after", "block 20")
    at = await site.struck("worker.save.after")
    for worker in site.workers:
        worker.struck = True
    return Blow(at)


# children


async def kill_child(site: Site, load: Load) -> Blow:
    """Time after time, whichever it is."""
    for _ in range(ROUNDS // 4):
        await asyncio.sleep(PAUSE_SECONDS)
        with suppress(ProcessLookupError):
            victim = load.random.choice(site.workers).children()
            os.kill(load.random.choice(victim[:-1] or victim), signal.SIGKILL)
    return Blow(now())


async def bad_items(load: Load, *, words: tuple[str, ...]) -> None:
    await load.items(30, bad=words)
    await load.site.at_work(2)


async def nothing_more(site: Site, load: Load) -> Blow:
    """The load is bad enough."""
    return Blow(now())


async def cancel(site: Site, load: Load) -> Blow:
    """Of what keeps every signal away from itself."""
    task = load.accepted[-1]
    await site.at_work()
    at = now()
    (await load.insist("POST", f"{API}/tasks/{task}/cancel")).raise_for_status()
    return Blow(at, task)


# shutdown


async def terminate(site: Site, load: Load, *, times: int = 1) -> Blow:
    """What is measured is how long the worker takes to be gone; the others' work goes on."""
    victim = await site.busy_worker(load.random)
    began = monotonic()
    for _ in range(times):
        victim.kill(signal.SIGTERM)
        await asyncio.sleep(PAUSE_SECONDS)
    status = await asyncio.to_thread(victim.parent.wait, 40)
    seconds = monotonic() - began
    site.workers.remove(victim)
    assert status == 0, f"it ended with status {status}"
    return Blow(now(), seconds=seconds)


async def naps(load: Load, *, seconds: float, deaf: bool = False) -> None:
    """One for every slot of all workers but one."""
    for _ in range(SLOTS + 1):
        await load.nap(seconds, deaf=deaf)
    await load.site.at_work(SLOTS + 1)


# Redis


async def submit_meanwhile(load: Load) -> Blow:
    """Of somebody who has nothing else here, so that it is nobody's turn before."""
    at = now()
    return Blow(at, await load.nothing(load.site.other))


async def restart_redis(site: Site, load: Load) -> Blow:
    site.valkey.stop()
    blow = await submit_meanwhile(load)
    site.start_valkey()
    return blow


async def flush_redis(site: Site, load: Load) -> Blow:
    async with site.redis() as redis:
        await redis.flushall()
        blow = await submit_meanwhile(load)
        await redis.flushall()
    return blow


async def cut_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.cut()
    blow = await submit_meanwhile(load)
    await asyncio.sleep(OUTAGE_SECONDS)
    site.redis_wire.mend()
    return blow


async def slow_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.delay_seconds = 0.2
    return await submit_meanwhile(load)


async def freeze_redis(site: Site, load: Load) -> Blow:
    site.redis_wire.freeze()
    blow = await submit_meanwhile(load)
    await asyncio.sleep(OUTAGE_SECONDS)
    site.redis_wire.mend()
    return blow


async def double_tickets(site: Site, load: Load) -> Blow:
    """Hundreds more than there is work, and some for what nobody knows."""
    async with site.redis() as redis:
        for _ in range(10):
            await Tickets(redis).ring(32)
        await redis.zadd(keys.TICKETS, {uuid4().hex: n for n in range(100)})
        await redis.expire(keys.TICKETS, keys.TICKETS_LIFETIME)
        return await submit_meanwhile(load)


async def lose_tickets(site: Site, load: Load) -> Blow:
    """As soon as they come."""
    blow = None
    async with site.redis() as redis:
        for _ in range(ROUNDS):
            await redis.delete(keys.TICKETS)
            blow = blow or await submit_meanwhile(load)
            await asyncio.sleep(PAUSE_SECONDS)
    assert blow
    return blow


# PostgreSQL


async def restart_postgres(site: Site, load: Load) -> Blow:
    site.postgres.stop()
    site.start_postgres()
    return Blow(now())


async def kill_postgres(site: Site, load: Load) -> Blow:
    """Every process of it, so that it has to recover."""
    for pid in reversed(family(site.postmaster)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    site.postgres.stop()
    site.start_postgres()
    return Blow(now())


async def terminate_backends(site: Site, load: Load) -> Blow:
    async with site.database() as connection:
        for _ in range(ROUNDS):
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            await asyncio.sleep(PAUSE_SECONDS)
    return Blow(now())


async def exhaust_pools(site: Site, load: Load) -> Blow:
    """Every connection of everybody waits for a lock."""
    async with site.database() as connection, connection.transaction():
        await connection.execute("LOCK TABLE chunks IN ACCESS EXCLUSIVE MODE")
        await asyncio.sleep(OUTAGE_SECONDS)
    return Blow(now())


async def take_connections(site: Site, load: Load) -> Blow:
    """There are none left for who wants one."""
    taken: list[asyncpg.Connection] = []
    try:
        await _take_all(site, taken)
        await taken[0].execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name <> 'chaos' AND backend_type = 'client backend'"
        )
        await _take_all(site, taken)
        await asyncio.sleep(OUTAGE_SECONDS)
    finally:
        for connection in taken:
            await connection.close()
    return Blow(now())


async def _take_all(site: Site, taken: list[asyncpg.Connection]) -> None:
    ours = {"application_name": "chaos"}
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            connection = await asyncpg.connect(site.postgres.url, ssl=False, server_settings=ours)
            taken.append(connection)


async def cut_both(site: Site, load: Load) -> Blow:
    site.database_wire.cut()
    site.redis_wire.cut()
    await asyncio.sleep(OUTAGE_SECONDS)
    site.database_wire.mend()
    site.redis_wire.mend()
    return Blow(now())


async def freeze_postgres(site: Site, load: Load) -> Blow:
    """Its open lines never say anything again."""
    site.database_wire.freeze()
    await asyncio.sleep(OUTAGE_SECONDS)
    site.database_wire.mend()
    return Blow(now())


# web


async def kill_web_before_ticket(site: Site, load: Load) -> Blow:
    """The task is committed, nobody was told, and the client has no answer."""
    site.arm("web.ring.before", "kill")
    asking = asyncio.create_task(load.nothing())
    at = await site.struck("web.ring.before")
    task = await _newest_task(site)
    await site.start_web()
    await asking
    return Blow(at, task)


async def _newest_task(site: Site) -> str:
    async with site.database() as connection:
        newest = "SELECT id FROM tasks ORDER BY created_at DESC LIMIT 1"
        return str(await connection.fetchval(newest))


async def cut_clients(site: Site, load: Load) -> Blow:
    """Every stream, time after time."""
    for _ in range(ROUNDS // 4):
        site.web_wire.cut()
        site.web_wire.mend()
        await asyncio.sleep(3 * PAUSE_SECONDS)
    return Blow(now())


# clocks and disks


async def step_clocks(site: Site, load: Load, *, web: int, worker: int) -> Blow:
    site.step_clock("web", web)
    site.step_clock("worker", worker)
    return await submit_meanwhile(load)


async def fill_disk(site: Site, load: Load) -> Blow:
    """Storage has no room for a while, and an import meets it."""
    ballast = site.folder / "storage" / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(BALLAST_BYTES))
    task = await load.folder()
    await eventually(partial(_charged, site, task), seconds=30)
    ballast.unlink()
    return Blow(now(), task)


async def _charged(site: Site, task: str) -> bool:
    async with site.database() as connection:
        charged = "SELECT FROM chunks WHERE task_id = $1::text::uuid AND attempts > 0"
        return bool(await connection.fetch(charged, task))


# many

BURST = 1000


async def burst(load: Load) -> None:
    await load.many_naps(BURST, 0.05)


async def come_second(site: Site, load: Load) -> Blow:
    """Somebody else, behind all of them."""
    at = now()
    return Blow(at, await load.nothing(site.other))


# labelled points


async def die_at(site: Site, load: Load, *, point: str) -> Blow:
    site.arm(point, "kill")
    return Blow(await site.struck(point))


async def die_cancelling(site: Site, load: Load, *, point: str) -> Blow:
    site.arm(point, "kill")
    await load.insist("POST", f"{API}/tasks/{load.accepted[-1]}/cancel")
    return Blow(await site.struck(point))


async def die_draining(site: Site, load: Load, *, point: str) -> Blow:
    """Its parent hands back what it could not."""
    site.arm(point, "kill")
    victim = await site.busy_worker(load.random)
    victim.kill(signal.SIGTERM)
    at = await site.struck(point)
    await asyncio.to_thread(victim.parent.wait)
    site.workers.remove(victim)
    return Blow(at)


# the table

POISON = ("segfault", "devour", "kill")
"""What an item may do to its child; each of them is set aside."""

SHORT = (
    Case("a worker is killed", 5, kill_worker, busy),
    Case("a worker stops before it saves, and wakes up late", 5, stop_before_save, busy),
    Case(
        "items kill their child or want too much memory",
        5,
        nothing_more,
        partial(bad_items, words=POISON),
    ),
    Case("SIGTERM to everybody, twice", 28, partial(terminate, times=2), busy, may_charge=False),
    Case("Redis restarts", 5, restart_redis, busy, may_charge=False),
    Case("Redis is cut off", 5, cut_redis, busy, may_charge=False),
    Case("PostgreSQL restarts", 5, restart_postgres, busy),
    Case("web dies between commit and ticket", 3, kill_web_before_ticket, idle, may_charge=False),
    Case("tickets come twice, and for nothing", 3, double_tickets, busy, may_charge=False),
    Case("clients are cut off", 3, cut_clients, busy, may_charge=False),
)

LONG = (
    Case("a machine dies", LEASE_SECONDS + 3, kill_machine, busy),
    Case("a machine stands still for longer than a lease", LEASE_SECONDS + 3, stop_machine, busy),
    Case("an event loop is blocked", LEASE_SECONDS + 5, block_loop, busy),
    Case("children are killed", 5, kill_child, busy),
    Case("an item never ends", 10, nothing_more, partial(bad_items, words=("loop",))),
    Case(
        "what is cancelled hears no signal",
        3,
        cancel,
        lambda load: load.nap(60, deaf=True),
        may_charge=False,
    ),
    Case("Redis is flushed", 3, flush_redis, busy, may_charge=False),
    Case("Redis is slow", 3, slow_redis, busy, may_charge=False),
    Case("Redis says nothing", 5, freeze_redis, busy, may_charge=False),
    Case("tickets are lost", 3, lose_tickets, busy, may_charge=False),
    Case("PostgreSQL crashes", 10, kill_postgres, busy),
    Case("PostgreSQL ends connections all the time", 5, terminate_backends, busy),
    Case("every connection waits for a lock", 5, exhaust_pools, busy),
    Case("there is no connection left", 5, take_connections, busy),
    Case("both are cut off", 5, cut_both, busy),
    Case(
        "web's clock is ahead, the workers' behind",
        3,
        partial(step_clocks, web=STEP_SECONDS, worker=-STEP_SECONDS),
        busy,
        may_charge=False,
    ),
    Case(
        "web's clock is behind, the workers' ahead",
        3,
        partial(step_clocks, web=-STEP_SECONDS, worker=STEP_SECONDS),
        busy,
        may_charge=False,
    ),
    Case(
        f"somebody else's task comes behind {BURST:,}",
        2,
        come_second,
        burst,
        may_charge=False,
        end_seconds=180,
    ),
)


def _dies(where: str, point: str) -> Case:
    return Case(f"a worker dies {where}", 5, partial(die_at, point=f"worker.{point}"), busy)


SHORT_POINTS = (
    _dies("between commit and publishing", "tell.before"),
    _dies("between storing files and saving them", "adopt.after"),
)

POINTS = (
    _dies("before it has claimed", "claim.before"),
    _dies("after a claim, before its first order", "claim.after"),
    _dies("before it plans", "plan.before"),
    _dies("after it has planned", "plan.after"),
    _dies("before it reserves blobs", "reserve.before"),
    _dies("between reserving and storing files", "adopt.before"),
    _dies("before it saves", "save.before"),
    _dies("after it has saved", "save.after"),
    _dies("between the last save and the end of a chunk", "finish.before"),
    _dies("after the end of a chunk", "finish.after"),
    _dies("between commit and ticket", "ring.before"),
    _dies("after a ticket", "ring.after"),
    Case(
        "a worker dies while it sums up pictures",
        5,
        partial(die_at, point="worker.export.after"),
        Load.pictures,
    ),
    Case(
        "a worker dies before it says that it has cancelled",
        5,
        partial(die_cancelling, point="worker.stop.before"),
        partial(naps, seconds=8),
    ),
    Case(
        "a draining worker dies before it hands back",
        10,
        partial(die_draining, point="worker.hand_back.before"),
        partial(naps, seconds=8),
        may_charge=False,
    ),
)

FULL_DISK = Case("the disk is full", 8, fill_disk, idle)
SILENT_POSTGRES = Case("PostgreSQL says nothing", 15, freeze_postgres, busy, end_seconds=30)

DRAINS = (
    Case("SIGTERM during short work", 28, terminate, busy, may_charge=False),
    Case("SIGTERM during long work", 28, terminate, partial(naps, seconds=30), may_charge=False),
    Case(
        "SIGTERM during work that hears nothing",
        28,
        terminate,
        partial(naps, seconds=30, deaf=True),
        may_charge=False,
    ),
)
