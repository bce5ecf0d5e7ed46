"""A migrated database and a whole worker for a benchmark, with durable servers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.local.servers import running_servers
from service.catalog.catalogue import CATALOGUE
from service.catalog.entry import Catalogue
from service.runtime import Runtime, open_runtime
from service.settings import Settings


@asynccontextmanager
async def working(folder: Path, catalogue: Catalogue = CATALOGUE) -> AsyncGenerator[Runtime]:
    """Everything but the worker, on servers that keep their promises to the disk."""
    with running_servers(folder / "servers") as servers:
        await asyncio.to_thread(_migrate, servers.database_url)
        settings = Settings(
            database_url=servers.database_url,
            redis_url=servers.redis_url,
            storage_url=f"file://{folder / 'storage'}",
            import_roots=(folder,),
            worker_slots=2,
            max_active_tasks=0,
        )
        async with open_runtime(settings, connections=8, catalogue=catalogue) as runtime:
            yield runtime


def _migrate(database_url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        env=os.environ | {"DATABASE_URL": database_url},
        check=True,
    )
