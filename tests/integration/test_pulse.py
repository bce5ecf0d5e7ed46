"""Pulse: a worker that has fallen silent is replaced, and its chunks are given to others."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from service.clock import Clock
from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime
from service.settings import Settings
from tests.conftest import ROOT
from tests.eventually import eventually
from tests.integration.processes import children_of, paused
from tests.integration.solo import chunk_of, submit
from worker.listening import SILENCE_SECONDS, silence
from worker.pulse import LONGEST_SECONDS, Loop, Pulse


@dataclass
class Hands:
    """Of a clock that a test turns."""

    seconds: float = field(default_factory=time.monotonic)

    def told(self) -> float:
        return self.seconds


def test_a_loop_that_does_not_come_round_is_stuck_whatever_the_others_do() -> None:
    hands = Hands()
    pulse = Pulse(Clock(monotonic=hands.told))

    hands.seconds += LONGEST_SECONDS[Loop.HEART] + 1
    pulse.beat(Loop.RUNNER)

    assert pulse.stuck() == [Loop.HEART]


async def test_a_pulse_is_told_only_while_no_loop_is_stuck() -> None:
    hands = Hands()
    pulse = Pulse(Clock(monotonic=hands.told))
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with closing(os.fdopen(ours, "rb", buffering=0)) as heard, closing(os.fdopen(theirs, "wb")):
        telling = asyncio.create_task(pulse.tell(theirs))

        async def told() -> bytes | None:
            return heard.read(1)

        assert await eventually(told) == b"."
        telling.cancel()
        hands.seconds += 1000
        stuck = asyncio.create_task(pulse.tell(theirs))
        await asyncio.sleep(0)
        stuck.cancel()
        assert heard.read(1) is None


async def test_silence_is_told_after_a_lease() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b".")
    since = time.monotonic()

    async with asyncio.timeout(3 * SILENCE_SECONDS):
        await silence(ours)

    os.close(theirs)
    assert time.monotonic() - since >= SILENCE_SECONDS


@contextmanager
def supervised(settings: Settings, patience_seconds: float) -> Generator["subprocess.Popen[bytes]"]:
    """A supervising parent, really running."""
    program = f"""
import asyncio, sys
from service.logs import configure_logs
from service.settings import Settings
from worker.supervisor import supervise
configure_logs()
sys.exit(asyncio.run(
    supervise(Settings.model_validate({{}}), patience_seconds={patience_seconds})
))
"""
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STORAGE_URL": settings.storage_url,
        "WORKER_SLOTS": "1",
    }
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=os.environ | environment
    )
    try:
        yield parent
    finally:
        if parent.poll() is None:
            parent.send_signal(signal.SIGTERM)
            parent.wait(40)


async def worker_of(parent: "subprocess.Popen[bytes]") -> int:
    async def started() -> int | None:
        return next(iter(children_of(parent.pid)), None)

    return await eventually(started)


def id_of(pid: int) -> UUID:
    """The worker's id, from its command line."""
    with open(f"/proc/{pid}/cmdline", encoding="ascii") as words:
        return UUID(words.read().split("\0")[3])


async def at_work(runtime: Runtime) -> None:
    """Returns once a worker has asked for work."""

    async def asks() -> bool:
        return await runtime.database.pool.fetchval(
            """SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
            AND query LIKE '%RECURSIVE owners%' AND pid <> pg_backend_pid()"""
        )

    await eventually(asks, seconds=30)


async def test_a_worker_that_hangs_is_killed_and_replaced(runtime: Runtime) -> None:
    with supervised(runtime.settings, 28) as parent:
        hanging = await worker_of(parent)
        await at_work(runtime)
        with paused(hanging):

            async def replaced() -> bool:
                return hanging not in children_of(parent.pid)

            await eventually(replaced, seconds=4 * SILENCE_SECONDS)

        assert await worker_of(parent) != hanging


async def test_a_worker_that_is_killed_while_it_drains_leaves_no_lease_behind(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    with supervised(runtime.settings, 0.5) as parent:
        hanging = await worker_of(parent)
        await at_work(runtime)
        with paused(hanging):
            await submit(runtime, user, dataset)
            await runtime.runs.claim(id_of(hanging), 1)
            parent.send_signal(signal.SIGTERM)
            await asyncio.to_thread(parent.wait, 30)

    assert parent.returncode != 0
    assert await chunk_of(runtime) == ("waiting", 1, 0)
