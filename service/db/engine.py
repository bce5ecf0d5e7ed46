"""Database: one SQLAlchemy engine for administration, one asyncpg pool for what is hot."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.db.connection import STATEMENT_SECONDS, Connection, connect_options
from service.db.pool import Pool

ENGINE_CONNECTIONS = 2
"""How many of a process's connections belong to the engine; the rest are the pool's."""
LEASE_CONNECTIONS = 1
"""What leases are renewed on, so that no work can keep a worker from it; opened when used."""


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
        connect_args={
            "connection_class": Connection,
            "command_timeout": STATEMENT_SECONDS,
            **connect_options(url),
        },
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
    )
    event.listen(engine.sync_engine, "checkout", _only_if_it_answers)
    hot = max(connections - ENGINE_CONNECTIONS, 1)
    try:
        async with (
            Pool(url, least=1, most=hot) as pool,
            Pool(url, least=0, most=LEASE_CONNECTIONS) as leases,
        ):
            yield Database(engine, pool, leases, asyncio.Semaphore(max(hot // 2, 1)))
    finally:
        await engine.dispose()


def engine_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def _only_if_it_answers(connection: Any, *_: Any) -> None:
    """The engine drops one that does not, and takes another."""
    if not connection.run_async(Connection.answers):
        raise DisconnectionError("nobody answers on the connection")


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
