"""arq as it comes: no-op jobs that wait in Redis, worked off by one worker."""

import asyncio
import json
import sys
import time
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from arq.worker import Worker, func


async def no_op(ctx: dict[str, Any]) -> None:
    pass


async def main(redis_url: str, jobs: int) -> float:
    """Jobs a second."""
    settings = RedisSettings.from_dsn(redis_url)
    pool = await create_pool(settings, default_queue_name="bench:arq")
    for first in range(0, jobs, 100):
        await asyncio.gather(*(pool.enqueue_job("no_op") for _ in range(first, first + 100)))
    worker = Worker(
        functions=[func(no_op, name="no_op")],
        redis_settings=settings,
        queue_name="bench:arq",
        burst=True,
        handle_signals=False,
    )
    began = time.monotonic()
    await worker.main()
    return jobs / (time.monotonic() - began)


print(json.dumps({"per_second": asyncio.run(main(sys.argv[1], int(sys.argv[2])))}))
