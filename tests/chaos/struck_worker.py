"""`python -m tests.chaos.struck_worker`: the ordinary supervisor or worker, made to be struck."""

import asyncio
import sys
from functools import partial
from typing import Any

from tests.chaos.entry import prepare, replaced, with_catalogue


def supervise() -> None:
    """The ordinary parent, but for the module that it starts."""
    prepare("supervisor", "supervisor")
    from worker import supervisor

    start = asyncio.create_subprocess_exec

    async def start_ours(*words: str, **options: Any) -> asyncio.subprocess.Process:
        ours = [__spec__.name if word == "worker" else word for word in words]
        return await start(*ours, **options)

    replaced(asyncio, create_subprocess_exec=start_ours)
    supervisor.main()


def work(worker_id: str, pipe: int) -> None:
    """The ordinary worker with more task types."""
    prepare("worker", worker_id)
    from tests.chaos.tasks import CHAOS_ANALYSES, CHILDREN
    from worker import process

    replaced(
        process,
        ANALYSES=CHAOS_ANALYSES,
        Executor=partial(process.Executor, allowed=("service.compute.", CHILDREN)),
        open_runtime=with_catalogue(process.open_runtime),
    )
    process.main(worker_id, pipe)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        supervise()
