"""The servers of a local start: real ones, killed and stopped as people do."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from deploy.local.client import Client
from deploy.local.errors import CannotRun
from deploy.local.place import Place, choose_port
from deploy.local.ports import free_port
from deploy.local.servers import Servers, running_servers
from tests.eventually import eventually

ROOT = Path(__file__).resolve().parents[2]
UP = [sys.executable, "-m", "deploy.local", "up"]
HOLD = """
import sys, time
from pathlib import Path
from deploy.local.servers import running_servers
with running_servers(Path(sys.argv[1])) as servers:
    print(servers.database_url, servers.redis_url, flush=True)
    print(*(daemon.process.pid for daemon in servers.daemons), flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests here, as making a database takes longer than anything else."""
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where whole services start, one after the other."""
    return Place(tmp_path_factory.mktemp("up"))


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Servers]:
    with running_servers(folder) as servers:
        yield servers


async def test_the_database_answers_in_unicode_to_its_password(running: Servers) -> None:
    told = await _ask(running.database_url, "SELECT upper('grün') || current_user")

    assert told == "GRÜNmeanwhile"


async def test_a_wrong_password_opens_neither_server(running: Servers) -> None:
    database_url = _with_wrong_password(running.database_url)
    redis_url = _with_wrong_password(running.redis_url)

    with pytest.raises(asyncpg.InvalidPasswordError):
        await _ask(database_url, "SELECT 1")
    async with Redis.from_url(redis_url) as redis:
        with pytest.raises(AuthenticationError):
            await redis.ping()


def test_no_password_can_be_read_by_others(running: Servers, folder: Path) -> None:
    secrets = [folder / "postgres-18" / "password", folder / "valkey" / "valkey.conf"]
    arguments = [_arguments(daemon.process.pid) for daemon in running.daemons]

    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600, 0o600]
    for url in (running.database_url, running.redis_url):
        assert not any(_password(url).encode() in words for words in arguments)


async def test_the_redis_forgets_nothing_for_want_of_memory(running: Servers) -> None:
    async with Redis.from_url(running.redis_url, decode_responses=True) as redis:
        told = await redis.config_get("maxmemory-policy")

    assert told == {"maxmemory-policy": "noeviction"}


async def test_data_outlives_a_stop(tmp_path: Path) -> None:
    with running_servers(tmp_path) as servers:
        await _ask(servers.database_url, "CREATE TABLE kept (n int)")
        await _set(servers.redis_url, "kept", "yes")

    with running_servers(tmp_path) as servers:
        rows = await _ask(servers.database_url, "SELECT count(*) FROM kept")
        kept = await _get(servers.redis_url, "kept")

    assert (rows, kept) == (0, b"yes")
    assert all(daemon.process.poll() is not None for daemon in servers.daemons)


async def test_a_killed_holder_takes_its_servers_along_and_the_next_start_works(
    tmp_path: Path,
) -> None:
    holder, pids = _hold(tmp_path)

    holder.kill()
    holder.wait()
    with running_servers(tmp_path) as servers:
        told = await _ask(servers.database_url, "SELECT 1")

    assert told == 1
    await _until_gone(pids)


async def test_killed_servers_start_again_over_what_they_left(tmp_path: Path) -> None:
    holder, pids = _hold(tmp_path)

    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    holder.kill()
    holder.wait()
    with running_servers(tmp_path) as servers:
        told = await _ask(servers.database_url, "SELECT 1")

    assert told == 1


async def test_an_address_that_is_given_is_used_and_nothing_started_for_it(tmp_path: Path) -> None:
    given = "postgresql://somebody@elsewhere/database"

    with running_servers(tmp_path, database_url=given) as servers:
        names = [daemon.name for daemon in servers.daemons]

    assert servers.database_url == given
    assert names == ["Valkey"]


async def test_up_tells_where_it_is_and_leaves_no_process(place: Place) -> None:
    port = free_port()
    up = _start_up(place, port)
    told = _first_line(up)
    signed_in = Client(f"http://127.0.0.1:{port}", place.read("token")).signed_in()
    second_told, second_complaint = _start_up(place, port).communicate(timeout=30)
    running = _children(up.pid)

    up.send_signal(signal.SIGTERM)
    rest, _ = up.communicate(timeout=30)

    assert (told, rest, up.returncode) == (f"ready http://127.0.0.1:{port}", "", 0)
    assert signed_in
    assert second_told == ""
    assert f"already runs at http://127.0.0.1:{port}" in second_complaint
    assert len(running) == 4
    await _until_gone(running)
    names = [line.partition("=")[0] for line in place.read("env").splitlines()]
    assert names == ["DATABASE_URL", "REDIS_URL", "STORAGE_URL"]


def test_up_ends_and_says_why_when_a_part_of_it_dies(place: Place) -> None:
    up = _start_up(place, free_port())
    _first_line(up)
    web = next(pid for pid in _children(up.pid) if b"uvicorn" in _arguments(pid))

    os.kill(web, signal.SIGKILL)
    _, complaint = up.communicate(timeout=30)

    assert up.returncode == 1
    assert "web ended with SIGKILL; the end of" in complaint


def test_a_place_is_held_once_and_says_where_it_runs(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.tell("url", "http://127.0.0.1:1234")

    with place.held(), pytest.raises(CannotRun, match=r"already runs at http://127\.0\.0\.1:1234"):
        Place(tmp_path).held().__enter__()


def test_what_a_place_tells_is_for_its_owner_only(tmp_path: Path) -> None:
    Place(tmp_path).tell("token", "secret")

    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


@pytest.mark.parametrize("asked", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_with_its_value(asked: str) -> None:
    with pytest.raises(CannotRun, match=asked):
        choose_port({"PORT": asked})


def test_a_port_that_is_asked_for_is_taken() -> None:
    asked = free_port()

    assert choose_port({"PORT": str(asked)}) == asked


def _start_up(place: Place, port: int) -> "subprocess.Popen[str]":
    environment = os.environ | {"LOCAL_DIR": str(place.folder), "PORT": str(port)}
    pipe = subprocess.PIPE
    return subprocess.Popen(UP, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def _arguments(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _hold(folder: Path) -> "tuple[subprocess.Popen[str], list[int]]":
    """Another process that holds servers; it and the pids of both."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    with holder.stdout as told:
        told.readline()
        return holder, [int(pid) for pid in told.readline().split()]


async def _until_gone(pids: list[int]) -> None:
    async def gone() -> bool:
        return not any(_lives(pid) for pid in pids)

    assert await eventually(gone, seconds=10)


def _lives(pid: int) -> bool:
    """A zombie does not: it only waits for somebody to read its status."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def _ask(database_url: str, question: str) -> object:
    connection = await asyncpg.connect(database_url, ssl=False)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def _set(redis_url: str, key: str, value: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.set(key, value)


async def _get(redis_url: str, key: str) -> bytes | None:
    async with Redis.from_url(redis_url) as redis:
        return await redis.get(key)


def _password(url: str) -> str:
    return url.rpartition("@")[0].rpartition(":")[2]


def _with_wrong_password(url: str) -> str:
    return url.replace(_password(url), "wrong")
