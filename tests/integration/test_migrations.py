"""Migrations lead to the schema that the models declare, and back."""

import asyncio
import os
import subprocess
import sys
from typing import Any
from uuid import uuid4

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.db.connection import connect_options
from service.db.engine import engine_url
from service.db.models import Base
from service.runtime import Runtime


async def test_the_migrated_schema_is_the_declared_one(runtime: Runtime) -> None:
    def differences(connection: Connection) -> list[Any]:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    async with runtime.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


UNINDEXED = """
SELECT c.conrelid::regclass || ' ' || array_to_string(ARRAY(
    SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS key (number, place)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = key.number ORDER BY place
), ', ')
FROM pg_constraint c
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_index i
    WHERE i.indrelid = c.conrelid AND i.indisvalid AND i.indpred IS NULL
      AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
"""
"""Those whose children are only found by reading their whole table."""


async def test_every_foreign_key_has_an_index_that_begins_with_its_columns(
    runtime: Runtime,
) -> None:
    pool = runtime.database.pool
    without = [row[0] for row in await pool.fetch(UNINDEXED)]

    await pool.execute("DROP INDEX ix_task_items_item_id")
    found = [row[0] for row in await pool.fetch(UNINDEXED)]

    assert (without, found) == ([], ["task_items item_id"])


async def test_migrations_go_back_and_forth(runtime: Runtime) -> None:
    name = f"test_{uuid4().hex}"
    await runtime.database.pool.execute(f"CREATE DATABASE {name}")
    url = f"{runtime.settings.database_url.rpartition('/')[0]}/{name}"

    for step in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "alembic", *step],
            env=os.environ | {"DATABASE_URL": url},
            check=True,
        )

    engine = create_async_engine(engine_url(url), connect_args=connect_options(url))
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM users")) == 0
    await engine.dispose()
