"""Servers: PostgreSQL and a Redis-compatible server that live in one folder."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.daemons import Daemon
from deploy.local.postgres import Postgres
from deploy.local.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Where they are; the addresses hold passwords."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    daemons: tuple[Daemon, ...] = ()
    """Those that were started here."""


@contextmanager
def running_servers(
    folder: Path, *, durable: bool = True, database_url: str = "", redis_url: str = ""
) -> Generator[Servers]:
    """Starts each server whose address is not given; at the end both stop and keep their data.

    To be called in a thread that lives as long as they shall: on Linux they end with it. Without
    ``durable`` a crash of the machine may ruin the data. Raises CannotRun.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    valkey = None if redis_url else Valkey(folder, durable=durable)
    postgres = None if database_url else Postgres(folder, durable=durable)
    ours = [server for server in (valkey, postgres) if server]
    with ExitStack() as stack:
        for server in ours:  # both are started before either is waited for
            stack.callback(server.stop)
            server.start()
        yield Servers(
            daemons=tuple(server.wait_until_ready() for server in ours),
            database_url=postgres.url if postgres else database_url,
            redis_url=valkey.url if valkey else redis_url,
        )
