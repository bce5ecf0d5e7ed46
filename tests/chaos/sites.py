"""Site: real servers behind wires, a web process and workers, all of which may be struck."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import httpx2
from redis.asyncio import Redis

from deploy.local.daemons import start_daemon
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey
from service.domain.users import Role
from service.messaging import keys as names
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.storage.incoming import SWEEP_AGE_SECONDS, sweep
from tests.chaos import ledger
from tests.chaos.entry import CLOCK, FOLDER, MUTATION
from tests.conftest import ROOT
from tests.eventually import eventually
from tests.integration.processes import children_of
from tests.wire import Wire, wire_to

WORKERS = 2
SLOTS = 2
STALL_SECONDS = 3
DRAIN_SECONDS = 3
STOP_SECONDS = 30
START_SECONDS = 60
CALM_SECONDS = 60
CHILD_MEMORY_BYTES = 512 << 20


@dataclass
class Worker:
    """A supervising parent in a process group of its own."""

    parent: "subprocess.Popen[bytes]"
    temporary: Path
    struck: bool = False
    """Its parent waits ever longer before it starts another."""
    _seen: set[int] = field(default_factory=set[int])

    @property
    def pid(self) -> int | None:
        """Of the worker itself."""
        pid = next(iter(children_of(self.parent.pid)), None)
        self._seen.update([pid] if pid else [])
        return pid

    @property
    def id(self) -> UUID:
        """Of the worker itself, as its command line says."""
        return UUID(words(self.pid)[3])

    @property
    def stopped(self) -> bool:
        """Whether it has been sent SIGSTOP."""
        told = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        return told.rpartition(")")[2].split()[0] == "T"

    def lived_in(self, pid: int) -> bool:
        """Whether this was its process, as far as anybody has asked."""
        return self.pid == pid or pid in self._seen

    def members(self) -> list[int]:
        """Everybody of the group, however they were started, but for zombies."""
        return [pid for pid, group, state in _processes() if group == self.parent.pid and state]

    def children(self) -> list[int]:
        """Those that work, and the server that forks them."""
        below = children_of(self.pid or 0)
        servers = [pid for pid in below if any("forkserver" in word for word in words(pid))]
        return [child for server in servers for child in children_of(server)] + servers

    def kill(self, number: signal.Signals) -> None:
        """Tells everybody of the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.parent.pid, number)


@dataclass
class Site:
    """Everything that a case may strike, and the ways to look at it."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    database_wire: Wire
    redis_wire: Wire
    web_wire: Wire
    environment: dict[str, str] = field(repr=False)
    wanted: int
    """How many workers there are while none is struck."""
    postmaster: int
    workers: list[Worker] = field(default_factory=list[Worker])
    web: "subprocess.Popen[bytes] | None" = None
    client: httpx2.AsyncClient = field(default_factory=httpx2.AsyncClient)
    other: httpx2.AsyncClient = field(default_factory=httpx2.AsyncClient)
    """Somebody else's."""

    @asynccontextmanager
    async def database(self) -> AsyncGenerator[asyncpg.Connection]:
        """A connection of the test's own, past the wire."""
        connection = await asyncpg.connect(self.postgres.url, ssl=False)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def redis(self) -> AsyncGenerator[Redis]:
        async with Redis.from_url(self.valkey.url) as redis:
            yield redis

    def arm(self, point: str, order: str) -> None:
        """The next process to come by the point obeys."""
        self._note_pids()
        draft = self._orders / "draft"
        draft.write_text(order, encoding="ascii")
        draft.rename(self._orders / point)

    def _note_pids(self) -> None:
        """So that it is known later whose process a dead one was."""
        for worker in self.workers:
            _ = worker.pid

    def _disarm(self) -> None:
        for order in self._orders.iterdir():
            order.unlink()

    async def struck(self, point: str) -> datetime:
        """When somebody came by the point, and obeyed."""

        async def came_by() -> Path | None:
            return next(self._orders.glob(f"{point}!*"), None)

        order = await eventually(came_by, seconds=30)
        for worker in self.workers:
            worker.struck |= worker.lived_in(int(order.name.partition("!")[2]))
        return datetime.fromtimestamp(order.stat().st_ctime, UTC)

    def step_clock(self, role: str, seconds: float) -> None:
        """From now on the clocks of the processes of a role are off by so much."""
        (self._orders / CLOCK.format(role)).write_text(str(seconds), encoding="ascii")

    def start_postgres(self) -> None:
        """In the same thread as the first time, since it ends with that."""
        self.postgres.start()
        self.postmaster = self.postgres.wait_until_ready().process.pid
        self.database_wire.lead_to(self.postgres.url)

    def start_valkey(self) -> None:
        self.valkey.start()
        self.valkey.wait_until_ready()
        self.redis_wire.lead_to(self.valkey.url)

    async def release(self, worker: Worker) -> int:
        """Gives what a worker has to others, as its parent would."""
        async with _runtime(self) as runtime:
            released = await runtime.runs.release_worker(worker.id)
            await runtime.runs.telling.told()
        return released

    def start_worker(self) -> None:
        """With a folder of its own for temporary files, as every machine has one."""
        temporary = Path(tempfile.mkdtemp(dir=self.folder / "tmp"))
        where = {"TMPDIR": str(temporary)}
        parent = self._start("worker", where, "-m", "tests.chaos.struck_worker")
        self.workers.append(Worker(parent, temporary))

    async def start_web(self) -> None:
        """Where its wire leads to; returns once it answers."""
        if self.web:
            await asyncio.to_thread(self.web.wait)
        port = free_port()
        self.web_wire.lead_to(f"http://127.0.0.1:{port}")
        self.web = self._start(
            "web",
            {},
            *(
                "-m",
                "uvicorn",
                "--factory",
                "tests.chaos.struck_web:create_app",
                "--port",
                str(port),
            ),
            *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "5"),
        )
        await eventually(self._answers, seconds=START_SECONDS)

    async def at_work(self, chunks: int = 1) -> None:
        """Returns once so many chunks are being worked on."""

        async def so_many() -> bool:
            async with self.database() as connection:
                running = await connection.fetch("SELECT FROM chunks WHERE state = 'running'")
            return len(running) >= chunks

        await eventually(so_many, seconds=30)

    async def busy_worker(self, random: Random) -> Worker:
        """Any of those that have a chunk."""
        async with self.database() as connection:
            rows = await connection.fetch(
                "SELECT DISTINCT worker_id FROM chunks WHERE state = 'running' ORDER BY worker_id"
            )
        ids = {str(row["worker_id"]) for row in rows}
        return random.choice([w for w in self.workers if ids.intersection(words(w.pid))])

    async def make_whole(self) -> None:
        """Mends what the last case has broken; who was struck makes room for a fresh one."""
        for wire in (self.database_wire, self.redis_wire, self.web_wire):
            wire.mend()
        self._disarm()
        await self.end(*(worker for worker in self.workers if worker.struck))
        while len(self.workers) < self.wanted:
            self.start_worker()
        if self.web and self.web.poll() is not None:
            await self.start_web()
        await eventually(self._all_listen, seconds=START_SECONDS)
        await eventually(self._calm, seconds=CALM_SECONDS)

    async def end(self, *workers: Worker) -> list[int]:
        """SIGTERM to everybody of the groups; the exit statuses."""
        for worker in workers:
            worker.kill(signal.SIGTERM)
        statuses = [await asyncio.to_thread(w.parent.wait, STOP_SECONDS) for w in workers]
        self.workers = [worker for worker in self.workers if worker not in workers]
        return statuses

    async def remains(self) -> list[str]:
        """What should be gone once all tasks have ended, and is not after a while."""
        told: list[str] = []

        async def gone() -> bool:
            told[:] = await self._remains()
            return not told

        with suppress(TimeoutError):
            await eventually(gone, seconds=10)
        return told

    async def _remains(self) -> list[str]:
        return [
            *await self._endless_keys(),
            *self._strays(),
            *self._temporary_files(),
            *self._unfinished_files(),
        ]

    async def _endless_keys(self) -> list[str]:
        async with self.redis() as redis:
            keys = [key async for key in redis.scan_iter("*")]
            return [f"Redis key {key!r}" for key in keys if await redis.ttl(key) == -1]

    def _strays(self) -> list[str]:
        """Processes of our groups that descend from no supervisor any more."""
        return [
            f"process {pid}: {' '.join(words(pid))[:100]}"
            for worker in self.workers
            for pid in set(worker.members()) - set(_descendants(worker.parent.pid))
        ]

    def _temporary_files(self) -> list[str]:
        """A fork server has a folder of its own for as long as it lives."""
        alive = {worker.temporary for worker in self.workers}
        told: list[str] = []
        for machine in (self.folder / "tmp").iterdir():
            names = sorted(path.name for path in machine.iterdir())
            server = [name for name in names if name.startswith("pymp-")][: machine in alive]
            told += [f"temporary {name}" for name in names if name not in server]
        return told

    def _unfinished_files(self) -> list[str]:
        """What not even the sweep of a later hour removes."""
        incoming = self.folder / "storage" / "incoming"
        newest = max((path.stat().st_mtime for path in incoming.iterdir()), default=0.0)
        sweep(incoming, newest + SWEEP_AGE_SECONDS + 1)
        return [f"incoming {path.name}" for path in incoming.iterdir()]

    async def _answers(self) -> bool:
        with suppress(httpx2.HTTPError):
            return (await self.client.get("/readyz")).status_code == 200
        return False

    async def _calm(self) -> bool:
        """Whether a case that failed has left no work to the next one."""
        async with self.database() as connection:
            active = "SELECT FROM tasks WHERE status IN ('pending', 'in_progress') LIMIT 1"
            return not await connection.fetch(active)

    async def _all_listen(self) -> bool:
        async with self.redis() as redis:
            ((_, listening),) = await redis.pubsub_numsub(names.BELL)
        return listening >= len(self.workers)

    def _start(
        self, name: str, environment: dict[str, str], *words: str
    ) -> "subprocess.Popen[bytes]":
        """It ends with the tests, whatever ends them."""
        return start_daemon(
            name,
            [sys.executable, *words],
            log=self.folder / "log" / f"{name}.log",
            stop_signal=signal.SIGKILL,
            folder=ROOT,
            environment=os.environ | self.environment | environment,
        ).process

    @property
    def _orders(self) -> Path:
        return self.folder / "orders"


@asynccontextmanager
async def running_site(
    folder: Path, *, mutation: str = "", workers: int = WORKERS, **environment: str
) -> AsyncGenerator[Site]:
    """A whole site; at its end everything stops that still runs."""
    for name in ("orders", "tmp", "storage", "imports"):
        (folder / name).mkdir(exist_ok=True)
    postgres, valkey = Postgres(folder, durable=True), Valkey(folder, durable=True)
    try:
        postgres.start()
        valkey.start()
        postmaster = postgres.wait_until_ready().process.pid
        valkey.wait_until_ready()
        await _migrate(postgres.url)
        async with (
            wire_to(postgres.url) as database,
            wire_to(valkey.url) as redis,
            wire_to("http://127.0.0.1:1") as web,
        ):
            told = _environment(folder, database, redis) | {MUTATION: mutation} | environment
            site = Site(folder, postgres, valkey, database, redis, web, told, workers, postmaster)
            async with _running(site):
                yield site
    finally:
        for server in (valkey, postgres):
            server.stop()


@asynccontextmanager
async def _running(site: Site) -> AsyncGenerator[None]:
    async with site.database() as connection:
        await ledger.install(connection)
    try:
        async with await _client(site, "one") as site.client, await _client(site, "two") as other:
            site.other = other
            for _ in range(site.wanted):
                site.start_worker()
            await site.start_web()
            await site.make_whole()
            yield
    finally:
        for worker in site.workers:
            worker.kill(signal.SIGCONT)
            worker.kill(signal.SIGKILL)
            worker.parent.wait()
        if site.web:
            site.web.kill()
            site.web.wait()


def _environment(folder: Path, database: Wire, redis: Wire) -> dict[str, str]:
    return {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis.url,
        "STORAGE_URL": f"file://{folder / 'storage'}",
        "IMPORT_ROOTS": str(folder / "imports"),
        "WORKER_SLOTS": str(SLOTS),
        "DRAIN_SECONDS": str(DRAIN_SECONDS),
        "ITEM_STALL_SECONDS": str(STALL_SECONDS),
        "CHILD_MEMORY_BYTES": str(CHILD_MEMORY_BYTES),
        "MAX_ACTIVE_TASKS": "0",
        FOLDER: str(folder / "orders"),
    }


def _runtime(site: Site) -> AbstractAsyncContextManager[Runtime]:
    """The core in the test's own process, past the wires."""
    settings = Settings(
        database_url=site.postgres.url,
        redis_url=site.valkey.url,
        storage_url=f"file://{site.folder / 'storage'}",
    )
    return open_runtime(settings, connections=3)


async def _client(site: Site, name: str) -> httpx2.AsyncClient:
    async with _runtime(site) as runtime:
        user = await runtime.access.ensure(name, Role.ADMIN)
        key = await runtime.access.new_key(user, "chaos")
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx2.AsyncClient(
        base_url=site.web_wire.url, headers=headers, timeout=30, limits=limits
    )


async def _migrate(url: str) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "alembic", "upgrade", "head"),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
    )
    assert await program.wait() == 0


def _processes() -> list[tuple[int, int, bool]]:
    """(pid, process group, whether it is alive) of everything here."""
    found: list[tuple[int, int, bool]] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "stat").read_text().rpartition(")")[2].split()
            found.append((int(folder.name), int(words[2]), words[0] != "Z"))
    return found


def _descendants(pid: int) -> list[int]:
    return [pid, *(below for child in children_of(pid) for below in _descendants(child))]


def words(pid: int | None) -> list[str]:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    return []
