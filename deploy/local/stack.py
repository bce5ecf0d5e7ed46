"""The stack: servers, web and worker of one local start, up and ready, and down again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.client import Client
from deploy.local.daemons import Daemon, last_lines, start_daemon
from deploy.local.errors import CannotRun
from deploy.local.place import Place, allowed_folders, choose_port
from deploy.local.ports import is_free
from deploy.local.procfile import ROOT, command
from deploy.local.servers import Servers, running_servers

TOLD = ("DATABASE_URL", "REDIS_URL", "STORAGE_URL")
READY_SECONDS = 60.0
DRAIN_SECONDS = 35.0
"""Longer than web and worker give themselves."""


@dataclass(frozen=True)
class Stack:
    """A service that is up."""

    url: str
    api_key: str = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    daemons: tuple[Daemon, ...]

    def check(self) -> None:
        """Raises CannotRun if a part of it has ended."""
        _check(self.daemons)

    def sign_in_link(self, page: str = "") -> str:
        """A link that works once; ``page`` is the path it leads to."""
        link = _secret(self.environment, "link")
        return link.replace("#", f"?next={page}#") if page else link


@contextmanager
def running_stack(
    place: Place, outer: Mapping[str, str], *, importable: tuple[Path, ...] = ()
) -> Generator[Stack]:
    """Starts what ``outer`` does not already name; tells in the place where everything is."""
    with place.held(), ExitStack() as stack:
        choose_port(outer)  # a wrong PORT is told before anything starts
        servers = stack.enter_context(
            running_servers(
                place.folder,
                database_url=outer.get("DATABASE_URL", ""),
                redis_url=outer.get("REDIS_URL", ""),
            )
        )
        environment = _environment(place, outer, servers, importable)
        _release(place, environment)
        site = [_start(place, environment, "worker")]
        stack.callback(_stop, site)
        stack.callback(place.forget, "url")
        running = _serve(place, environment, site, servers.daemons)
        _tell(place, running)
        yield running


def _serve(
    place: Place, environment: Mapping[str, str], site: list[Daemon], servers: tuple[Daemon, ...]
) -> Stack:
    """Starts web on a port that it gets; another start may be quicker to take the first choice."""
    while True:
        port = choose_port(environment)
        url = f"http://127.0.0.1:{port}"
        there = {
            **environment,
            "PORT": str(port),
            "PUBLIC_URL": environment.get("PUBLIC_URL") or url,
        }
        web = _start(place, there, "web")
        site.append(web)
        daemons = (*servers, *site)
        try:
            _wait_until_ready(url, daemons)
            key = _api_key(place, url, there)
        except CannotRun:
            if environment.get("PORT") or is_free(port) or not web.complaint():
                raise
        else:
            if Client(url, key).signed_in():
                return Stack(url, key, there, daemons)
        site.remove(web)
        web.stop(DRAIN_SECONDS)
        if environment.get("PORT"):
            raise CannotRun(f"port {port} was taken by another start; set PORT to another one")


def _environment(
    place: Place,
    outer: Mapping[str, str],
    servers: Servers,
    importable: tuple[Path, ...],
) -> dict[str, str]:
    programs = str(Path(sys.executable).parent)
    return {
        **outer,
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "STORAGE_URL": outer.get("STORAGE_URL") or place.storage.as_uri(),
        "HOST": "127.0.0.1",
        "IMPORT_ROOTS": allowed_folders(outer, place, *importable),
        "PATH": programs + os.pathsep + outer.get("PATH", os.defpath),
    }


def _release(place: Place, environment: Mapping[str, str]) -> None:
    log = place.log("release")
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            command("release"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            check=False,
        )
    if done.returncode:
        raise CannotRun(f"the migrations failed; the end of {log}:\n{last_lines(log)}")


def _start(place: Place, environment: Mapping[str, str], name: str) -> Daemon:
    """With a log of its own for every start; the one before is kept beside it."""
    log = place.log(name)
    if log.exists():
        log.replace(log.with_suffix(".old.log"))
    return start_daemon(
        name,
        command(name),
        log=log,
        stop_signal=signal.SIGTERM,
        folder=ROOT,
        environment=environment,
    )


def _stop(site: list[Daemon]) -> None:
    """Both at once: each may take a while to end what it does."""
    for daemon in site:
        daemon.ask_to_stop()
    until = time.monotonic() + DRAIN_SECONDS
    for daemon in site:
        daemon.stop(max(until - time.monotonic(), 0))


def _check(daemons: Iterable[Daemon]) -> None:
    for daemon in daemons:
        if complaint := daemon.complaint():
            raise CannotRun(complaint)


def _wait_until_ready(url: str, daemons: Iterable[Daemon]) -> None:
    until = time.monotonic() + READY_SECONDS
    while not Client(url).ready():
        _check(daemons)
        if time.monotonic() > until:
            raise CannotRun(f"{url}/readyz does not answer well after {READY_SECONDS:.0f} s")
        time.sleep(0.05)
    _check(daemons)  # whoever answered may have been somebody else


def _api_key(place: Place, url: str, environment: Mapping[str, str]) -> str:
    """The key of the last start where it still opens the door; else a new one."""
    key = place.read("token")
    if key and Client(url, key).signed_in():
        return key
    return _secret(environment, "key")


def _tell(place: Place, stack: Stack) -> None:
    place.tell("token", stack.api_key)
    place.tell("env", "\n".join(f"{name}={stack.environment[name]}" for name in TOLD))
    place.tell("url", stack.url)


def _secret(environment: Mapping[str, str], what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "service", what],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(f"`python -m service {what}` failed:\n{done.stderr.strip()}")
    return done.stdout.strip()
