"""Real servers for every test: one PostgreSQL and one Redis a session, one database a test."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import hypothesis
import pytest
from redis.asyncio import Redis

from deploy.local.servers import Servers, running_servers
from service.domain.users import Role, User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from tests.onnx_files import write_means
from tests.pictures import write_many, write_pictures

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "meanwhile_template"

hypothesis.settings.register_profile(
    "patient",
    deadline=None,  # of a machine that others use too
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    database=None,
    print_blob=True,
)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    with running_servers(tmp_path_factory.mktemp("servers"), durable=False) as running:
        asyncio.run(_administer(running, f"CREATE DATABASE {TEMPLATE}"))
        migrated = {"DATABASE_URL": _with_database(running, TEMPLATE)}
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=ROOT,
            env=os.environ | migrated,
            check=True,
        )
        yield running


@pytest.fixture
def settings(servers: Servers, tmp_path: Path) -> Settings:
    return _settings(servers, tmp_path, slots=2)


@pytest.fixture
async def runtime(settings: Settings) -> AsyncGenerator[Runtime]:
    async with Redis.from_url(settings.redis_url) as redis:
        await redis.flushdb()
    async with open_runtime(settings, connections=8) as opened:
        yield opened


@pytest.fixture
async def user(runtime: Runtime) -> User:
    return await runtime.access.ensure("admin", Role.ADMIN)


@dataclass(frozen=True)
class Web:
    """A web process, really running."""

    url: str
    process: "subprocess.Popen[bytes]"
    settings: Settings
    environment: dict[str, str]
    api_key: str = ""

    def sign_in_path(self) -> str:
        return self.command("link")

    def command(self, *words: str) -> str:
        told = subprocess.run(
            [sys.executable, "-m", "service", *words],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return told.stdout.strip()


@dataclass(frozen=True)
class Site(Web):
    """A web process and a worker."""

    worker: "subprocess.Popen[bytes]" = field(kw_only=True)


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports") / "pictures"
    write_pictures(folder)
    return folder


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site may take models from; there is one of the means of colours."""
    folder = tmp_path_factory.mktemp("models")
    write_means(folder / "means.onnx")
    return folder


@pytest.fixture
def many(sample_folder: Path) -> Path:
    """Hundreds of files of some size that no other test has."""
    seeds = len(list(sample_folder.parent.iterdir()))
    folder = sample_folder.parent / f"many {seeds}"
    write_many(folder, seed=seeds)
    return folder


@pytest.fixture(scope="session")
def neighbour() -> str:
    """The origin of a page that may call the site."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def site(
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
    sample_folder: Path,
    models: Path,
    neighbour: str,
) -> Generator[Site]:
    settings = _settings(servers, tmp_path_factory.mktemp("site"), slots=2)
    chosen = {
        "IMPORT_ROOTS": str(sample_folder.parent),
        "MODEL_ROOTS": str(models),
        "WORKER_SLOTS": "2",
        "ALLOWED_ORIGINS": neighbour,
    }
    with running_web(settings, chosen) as web, running(web.environment, "-m", "worker") as worker:
        yield Site(**vars(web), worker=worker)


@pytest.fixture(scope="module")
def quiet_site(
    servers: Servers,
    tmp_path_factory: pytest.TempPathFactory,
    sample_folder: Path,
    models: Path,
) -> Generator[Web]:
    """No worker: a task waits until it is cancelled."""
    settings = _settings(servers, tmp_path_factory.mktemp("quiet"), slots=2)
    roots = {"IMPORT_ROOTS": str(sample_folder.parent), "MODEL_ROOTS": str(models)}
    with running_web(settings, roots) as web:
        yield web


@contextmanager
def running_web(
    settings: Settings, chosen: Mapping[str, str] = MappingProxyType({})
) -> Generator[Web]:
    """A web process of its own; ``chosen`` are further settings."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "STORAGE_URL": settings.storage_url,
        **chosen,
    }
    port = free_port()
    words = (
        *("-m", "uvicorn", "--factory", "service.api.app:create_app", "--no-access-log"),
        *("--port", str(port), "--timeout-graceful-shutdown", "5", "--log-level", "warning"),
    )
    with running(environment, *words) as process:
        web = Web(f"http://127.0.0.1:{port}", process, settings, environment)
        _wait_until_ready(web.url)
        yield replace(web, api_key=web.command("key"))


def _settings(servers: Servers, folder: Path, *, slots: int) -> Settings:
    name = f"test_{uuid4().hex}"
    asyncio.run(_administer(servers, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    return Settings(
        database_url=_with_database(servers, name),
        redis_url=servers.redis_url,
        storage_url=f"file://{folder / 'storage'}",
        worker_slots=slots,
        import_roots=(folder.parent,),
        model_roots=(folder.parent,),
    )


async def _administer(servers: Servers, statement: str) -> None:
    connection = await asyncpg.connect(servers.database_url, ssl=False)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _with_database(servers: Servers, name: str) -> str:
    return urlunsplit(urlsplit(servers.database_url)._replace(path=f"/{name}"))


@contextmanager
def running(environment: dict[str, str], *words: str) -> Generator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not become ready")
