"""Lines to PostgreSQL that nobody closes and that never say anything again."""

import socket
import sys
from collections.abc import AsyncGenerator
from time import monotonic

import pytest
from asyncpg import InterfaceError

from service.db import connection as connections
from service.db.connection import CANCEL_SECONDS, KEEP_ALIVE, PROBE_SECONDS, keep_alive
from service.db.engine import Database, open_database
from service.db.users import Users
from service.settings import Settings
from tests.wire import Wire, wire_to

SPARE_SECONDS = 5
"""For a slow machine."""


@pytest.fixture
async def wire(settings: Settings) -> AsyncGenerator[Wire]:
    async with wire_to(settings.database_url) as wire:
        yield wire


@pytest.fixture
async def database(wire: Wire) -> AsyncGenerator[Database]:
    async with open_database(wire.url, connections=3) as database:
        yield database


def silence(wire: Wire) -> None:
    """For what is open; new lines are whole."""
    wire.freeze()
    wire.mend()


async def fall_silent(database: Database, wire: Wire, statement: str, *, seconds: float) -> None:
    """In the middle of a transaction that has executed the statement."""
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute(statement)
        silence(wire)
        await connection.execute("SELECT", timeout=seconds)


async def test_a_pool_replaces_a_connection_that_has_fallen_silent_while_it_rested(
    database: Database, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REST_SECONDS", 0)
    before = await database.pool.fetchval("SELECT pg_backend_pid()")
    silence(wire)
    began = monotonic()

    after = await database.pool.fetchval("SELECT pg_backend_pid()")

    assert after != before
    assert monotonic() - began < PROBE_SECONDS + SPARE_SECONDS


async def test_the_engine_replaces_it_too(
    database: Database, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REST_SECONDS", 0)
    users = Users(database)
    await users.any_exist()
    silence(wire)
    began = monotonic()

    assert not await users.any_exist()

    assert monotonic() - began < PROBE_SECONDS + SPARE_SECONDS


async def test_a_transaction_on_a_silent_connection_costs_little_more_than_one_statement(
    database: Database, wire: Wire
) -> None:
    began = monotonic()

    with pytest.raises((TimeoutError, OSError, InterfaceError)):
        await fall_silent(database, wire, "SELECT", seconds=1)

    assert monotonic() - began < 1 + CANCEL_SECONDS + SPARE_SECONDS


async def test_what_a_silent_transaction_had_locked_is_free_at_once(
    database: Database, wire: Wire
) -> None:
    lock = "SELECT pg_advisory_xact_lock(1)"
    with pytest.raises((TimeoutError, OSError, InterfaceError)):
        await fall_silent(database, wire, lock, seconds=0.5)

    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute(lock, timeout=SPARE_SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms know fewer options")
async def test_both_ends_give_up_packets_that_nobody_confirms(database: Database) -> None:
    with socket.socket() as ours:
        keep_alive(ours)
        options = {
            name: ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in KEEP_ALIVE
        }

    assert options == KEEP_ALIVE
    assert await database.pool.fetchval("SHOW tcp_user_timeout") == "15000"
