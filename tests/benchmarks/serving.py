"""A web process as it is deployed, for benchmarks that ask it."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from service.settings import Settings

FIRST_TRIES = 200


@dataclass(frozen=True)
class Web:
    """Where it listens."""

    host: str
    port: int
    pid: int

    def memory_bytes(self) -> int:
        """What it alone holds (PSS)."""
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        line = next(line for line in text.splitlines() if line.startswith("Pss:"))
        return int(line.split()[1]) * 1024

    def cpu_seconds(self) -> float:
        """What it has spent so far."""
        text = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii")
        user, system = text.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def serving(settings: Settings, **more: str) -> AsyncGenerator[Web]:
    """One uvicorn process on a free port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "--factory", "service.api.app:create_app"),
        *("--port", str(port), "--no-access-log", "--log-level", "warning"),
        *("--timeout-graceful-shutdown", "1"),
        env=os.environ
        | {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "STORAGE_URL": settings.storage_url,
        }
        | more,
    )
    try:
        await _wait_until_it_listens(port)
        yield Web("127.0.0.1", port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _wait_until_it_listens(port: int) -> None:
    for _ in range(FIRST_TRIES):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError("the web process does not listen")
