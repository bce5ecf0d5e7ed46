"""Runs migrations on the database of DATABASE_URL, one process at a time."""

import asyncio
import sys

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from service.db.connection import connect_options
from service.db.engine import engine_url
from service.db.models import Base
from service.settings import DatabaseSettings

MIGRATION_LOCK = 7_304_881_209
"""An advisory lock, so that two deployments that start together migrate one after the other."""


def migrate(connection: Connection) -> None:
    """Runs what is missing in one transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
        context.run_migrations()


async def main() -> None:
    """Connects and migrates."""
    url = DatabaseSettings.from_environment().database_url
    engine = create_async_engine(engine_url(url), connect_args=connect_options(url))
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
    except OSError as error:
        sys.exit(f"the database of DATABASE_URL cannot be reached: {error}")
    finally:
        await engine.dispose()


asyncio.run(main())
