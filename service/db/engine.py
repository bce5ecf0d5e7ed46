"""Database: one SQLAlchemy engine for administration, one asyncpg pool for what is hot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import asyncpg.pool
import orjson
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

ENGINE_CONNECTIONS = 2
"""How many of a process's connections belong to the engine; the rest are the pool's."""
LEASE_CONNECTIONS = 1
"""What leases are renewed on, so that no work can keep a worker from it; opened when used."""
RELEASE_SECONDS = 1.0
"""How long a connection may take to be clean again before it is thrown away."""


@dataclass(frozen=True)
class Database:
    """The ways to the same PostgreSQL.

    A process holds at most ``connections`` of it, and one more if it renews leases.
    """

    engine: AsyncEngine
    pool: asyncpg.Pool
    leases: asyncpg.Pool
    exports: asyncio.Semaphore
    """Held while a connection is kept for long, so that others are left for short statements."""


@asynccontextmanager
async def open_database(url: str, *, connections: int) -> AsyncGenerator[Database]:
    """Connects, and closes everything at the end; the first connection proves the address."""
    engine = create_async_engine(
        engine_url(url),
        pool_size=ENGINE_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=connect_options(url),
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    hot = max(connections - ENGINE_CONNECTIONS, 1)
    try:
        async with (
            _Pool(url, least=1, most=hot) as pool,
            _Pool(url, least=0, most=LEASE_CONNECTIONS) as leases,
        ):
            yield Database(engine, pool, leases, asyncio.Semaphore(max(hot // 2, 1)))
    finally:
        await engine.dispose()


def engine_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def connect_options(url: str) -> dict[str, Any]:
    """No TLS on loopback: asyncpg would look for certificates in a HOME that may be unreadable."""
    return {"ssl": False} if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") else {}


class _Pool(asyncpg.pool.Pool):
    """A pool whose connections come back at once: clean, or not at all."""

    def __init__(self, url: str, *, least: int, most: int) -> None:
        super().__init__(
            url,
            min_size=least,
            max_size=most,
            max_queries=50_000,
            max_inactive_connection_lifetime=300,
            init=_speak_json,
            reset=_as_it_is,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            command_timeout=60,
            **connect_options(url),
        )

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's name
        """Throws away what is closed, or still waits for a server that does not answer."""
        with suppress(TimeoutError, asyncpg.InterfaceError, OSError):
            await super().release(connection, timeout=timeout or RELEASE_SECONDS)


async def _speak_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=_jsonb,
        decoder=_json,
    )


async def _as_it_is(connection: asyncpg.Connection) -> None:
    """Nothing of ours changes a session, and a reset would cost every statement a round trip."""


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _jsonb(value: Any) -> bytes:
    """PostgreSQL's binary form begins with its version, 1."""
    return b"\x01" + orjson.dumps(value)


def _json(data: bytes) -> Any:
    return orjson.loads(data[1:])
