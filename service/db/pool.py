"""Pool: connections that answer, and come back at once: clean, or not at all."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg
import asyncpg.pool
import orjson

from service.db.connection import SERVER_SIDE, STATEMENT_SECONDS, Connection, connect_options

RELEASE_SECONDS = 1.0
"""How long a connection may take to be clean again before it is thrown away."""
CLOSE_SECONDS = 2.0
PLANS_SECONDS = 60
"""How long the plan of a statement is kept: one that was made for an empty table is soon wrong."""


class Pool(asyncpg.pool.Pool):
    """A pool whose connections come back at once: clean, or not at all."""

    def __init__(self, url: str, *, least: int, most: int) -> None:
        super().__init__(
            url,
            min_size=least,
            max_size=most,
            max_queries=50_000,
            max_cached_statement_lifetime=PLANS_SECONDS,
            max_inactive_connection_lifetime=300,
            init=_prepare,
            reset=_note_rest,
            loop=None,
            connection_class=Connection,
            record_class=asyncpg.Record,
            command_timeout=STATEMENT_SECONDS,
            **connect_options(url),
        )

    async def _acquire(self, timeout: float | None) -> Any:  # noqa: ASYNC109 - asyncpg's name
        """Drops those that do not answer, until one does."""
        while True:
            connection = await super()._acquire(timeout)
            answers = False
            try:
                answers = await connection.answers()
            finally:
                if not answers:
                    await self.release(connection)
            if answers:
                return connection

    async def close(self) -> None:
        """Says goodbye to the server, but does not wait long for an answer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await super().close()

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's name
        """Throws away what is closed, or still waits for a server that does not answer."""
        with suppress(TimeoutError, asyncpg.InterfaceError, OSError):
            await super().release(connection, timeout=timeout or RELEASE_SECONDS)


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.execute(SERVER_SIDE)
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=_jsonb,
        decoder=_json,
    )


async def _note_rest(connection: Connection) -> None:
    """Nothing of ours changes a session, and a reset would cost every statement a round trip."""
    connection.rest()


def _jsonb(value: Any) -> bytes:
    """PostgreSQL's binary form begins with its version, 1."""
    return b"\x01" + orjson.dumps(value)


def _json(data: bytes) -> Any:
    return orjson.loads(data[1:])
