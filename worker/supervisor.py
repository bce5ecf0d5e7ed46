"""Supervisor: the small parent of a worker; restarts a dead one and frees its leases at once."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from uuid import UUID, uuid4

import structlog

from service.logs import configure_logs
from service.runtime import open_runtime
from service.settings import Settings
from worker.listening import silence

log = structlog.get_logger()

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""A worker that lived this long is restarted without delay."""
PATIENCE_SECONDS = 28.0
"""How long a worker may take to drain before it is killed."""
ONE_BLAS_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
RELEASE_SECONDS = 10.0
LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG = 1
# loaded here and not in the forked child, which should do as little as it can
_LIBC = ctypes.CDLL(None) if LINUX else None


def main() -> None:
    """Supervises a worker until SIGTERM or SIGINT; the exit status is 0 after a clean drain."""
    configure_logs()
    sys.exit(asyncio.run(supervise(Settings.from_environment())))


async def supervise(settings: Settings, *, patience_seconds: float = PATIENCE_SECONDS) -> int:
    """Starts workers one after the other until told to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    pause = FIRST_PAUSE_SECONDS
    while True:
        worker_id, began = uuid4(), loop.time()
        status = await _live(worker_id, stop, patience_seconds)
        if stop.is_set():
            if status:
                await _release(settings, worker_id, charged=False)
            return status
        log.error("worker.died", worker=str(worker_id), status=status)
        await _release(settings, worker_id, charged=True)
        pause = FIRST_PAUSE_SECONDS if loop.time() - began > STEADY_SECONDS else pause * 2
        await _pause(stop, min(pause, LONGEST_PAUSE_SECONDS))
        if stop.is_set():
            return 0


async def _live(worker_id: UUID, stop: asyncio.Event, patience_seconds: float) -> int:
    """One worker's life, which a signal, its own end or its silence may end; its exit status."""
    process, pulse = await _start(worker_id)
    ended = asyncio.create_task(process.wait())
    silent = asyncio.create_task(silence(pulse))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, silent, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done() and not ended.done():
        process.send_signal(signal.SIGTERM)
        await asyncio.wait({ended}, timeout=patience_seconds)
    if not ended.done():
        log.error("worker.killed", worker=str(worker_id), silent=silent.done())
        process.kill()
    for watch in (silent, stopped):
        watch.cancel()
    await asyncio.wait({silent, stopped})
    return await ended


async def _start(worker_id: UUID) -> tuple[Process, int]:
    """A worker, and our end of the pipe for its pulse."""
    ours, theirs = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "worker", str(worker_id), str(theirs)),
            env=os.environ | ONE_BLAS_THREAD,
            pass_fds=(theirs,),
            preexec_fn=_drains_when_orphaned(),
        )
    finally:
        os.close(theirs)
    return process, ours


async def _release(settings: Settings, worker_id: UUID, *, charged: bool) -> None:
    """Frees what the dead worker held; without the database, its leases run out by themselves."""
    try:
        async with (
            asyncio.timeout(RELEASE_SECONDS),
            open_runtime(settings, connections=3) as runtime,
        ):
            released = await runtime.runs.release_worker(worker_id, charged=charged)
        log.info("worker.released", worker=str(worker_id), chunks=released)
    except Exception:
        log.exception("worker.not_released", worker=str(worker_id))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


def _drains_when_orphaned() -> Callable[[], None] | None:
    """A worker without its parent drains: nobody would restart it or free its leases."""
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return tie
