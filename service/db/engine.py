"""Database: one SQLAlchemy engine for administration, one asyncpg pool for what is hot."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import orjson
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

ENGINE_CONNECTIONS = 2
"""How many of a process's connections belong to the engine; the rest are the pool's."""


@dataclass(frozen=True)
class Database:
    """Both ways to the same PostgreSQL; a process holds at most ``connections`` of it."""

    engine: AsyncEngine
    pool: asyncpg.Pool


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
    try:
        async with asyncpg.create_pool(
            url,
            min_size=1,
            max_size=max(connections - ENGINE_CONNECTIONS, 1),
            init=_speak_json,
            reset=_as_it_is,
            command_timeout=60,
            **connect_options(url),
        ) as pool:
            yield Database(engine, pool)
    finally:
        await engine.dispose()


def engine_url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+asyncpg")


def connect_options(url: str) -> dict[str, Any]:
    """No TLS on loopback: asyncpg would look for certificates in a HOME that may be unreadable."""
    return {"ssl": False} if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") else {}


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
