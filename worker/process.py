"""The worker process: opens everything, works until it is told to drain, leaves nothing behind."""

import asyncio
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from service.clock import Clock
from service.db.away import DATABASE_ERRORS
from service.db.engine import LEASE_CONNECTIONS
from service.logs import configure_logs
from service.processes.executor import Executor
from service.processes.limits import Limits
from service.runtime import open_runtime
from service.settings import Settings
from worker.analyses import ANALYSES, PRELOAD
from worker.heart import Heart
from worker.loop import answer_tickets
from worker.pulse import Pulse
from worker.runner import Runner
from worker.tidying import tidy

log = structlog.get_logger()


def main(worker_id: str, pipe: int) -> None:
    """Runs a worker of that id until SIGTERM or SIGINT; its pulse goes into the pipe."""
    configure_logs()
    asyncio.run(work(Settings.from_environment(), UUID(worker_id), pipe))


async def work(settings: Settings, worker_id: UUID, pipe: int) -> None:
    """Works until a signal comes, then drains."""
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    limits = Limits(
        memory_bytes=settings.child_memory_bytes, stall_seconds=settings.item_stall_seconds
    )
    connections = settings.worker_connections - LEASE_CONNECTIONS
    async with (
        open_runtime(settings, connections=connections) as runtime,
        Executor(settings.worker_slots, limits, preload=PRELOAD) as executor,
    ):
        pulse = Pulse(Clock())
        runner = Runner(runtime, ANALYSES, executor, worker_id, pulse)
        heart = Heart(runtime.runs, worker_id, Clock(), runner.active, pulse)
        loops = {
            "runner": runner.run(),
            "saver": runner.saver.run(),
            "heart": heart.run(),
            "pulse": pulse.tell(pipe),
            "tickets": answer_tickets(settings.redis_url, runner),
            "tidying": tidy(runtime),
            "warming": executor.warm(),
        }
        log.info("worker.started", worker=str(worker_id), slots=settings.worker_slots)
        await _run_until(told_to_stop, loops, runner)
        with suppress(*DATABASE_ERRORS):  # whoever waits learns it from its silence
            await runtime.runs.gone(worker_id)


async def _run_until(
    told_to_stop: asyncio.Event, loops: Mapping[str, Coroutine[Any, Any, None]], runner: Runner
) -> None:
    """A loop that fails ends the worker; its parent starts another."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_loudly(name, loop)) for name, loop in loops.items()]
        await told_to_stop.wait()
        await runner.drain()
        for task in tasks:
            task.cancel()


async def _loudly(name: str, loop: Coroutine[Any, Any, None]) -> None:
    """Says at once why a loop has failed: the end of the others may take its time."""
    try:
        await loop
    except Exception:
        log.exception("loop.failed", loop=name)
        raise
