"""Supervisor: the small parent of a worker; restarts a dead one and frees its leases at once."""

import asyncio
import ctypes
import os
import signal
import sys
from uuid import UUID, uuid4

import structlog

from service.logs import configure_logs
from service.runtime import open_runtime
from service.settings import Settings

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""A worker that lived this long is restarted without delay."""
PATIENCE_SECONDS = 28.0
"""How long a worker may take to drain before it is killed."""
ONE_BLAS_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Supervises a worker until SIGTERM or SIGINT; the exit status is 0 after a clean drain."""
    configure_logs()
    sys.exit(asyncio.run(supervise(Settings.from_environment())))


async def supervise(settings: Settings) -> int:
    """Starts workers one after the other until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pause = FIRST_PAUSE_SECONDS
    while True:
        worker_id, began = uuid4(), loop.time()
        status = await _live(worker_id, stop)
        if stop.is_set():
            return status
        log.error("worker.died", worker=str(worker_id), status=status)
        await _release(settings, worker_id)
        pause = FIRST_PAUSE_SECONDS if loop.time() - began > STEADY_SECONDS else pause * 2
        await _pause(stop, min(pause, LONGEST_PAUSE_SECONDS))
        if stop.is_set():
            return 0


async def _live(worker_id: UUID, stop: asyncio.Event) -> int:
    """One worker's life; its exit status."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "worker",
        "--id",
        str(worker_id),
        env=os.environ | ONE_BLAS_THREAD,
        preexec_fn=_drain_when_orphaned if sys.platform == "linux" else None,
    )
    ended = asyncio.create_task(process.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not ended.done():
        process.send_signal(signal.SIGTERM)
        await asyncio.wait({ended}, timeout=PATIENCE_SECONDS)
    if not ended.done():
        process.kill()
    return await ended


async def _release(settings: Settings, worker_id: UUID) -> None:
    """Frees what the dead worker held; without the database, its leases run out by themselves."""
    try:
        async with open_runtime(settings, connections=3) as runtime:
            released = await runtime.runs.release_worker(worker_id)
        log.info("worker.released", worker=str(worker_id), chunks=released)
    except Exception:
        log.exception("worker.not_released", worker=str(worker_id))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


def _drain_when_orphaned() -> None:
    """A worker without its parent drains: nobody would restart it or free its leases."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
