"""Pick-up by an idle worker while other workers have two hundred chunks."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from uuid import UUID, uuid4

from service.domain.chunks import Fence
from service.domain.users import Role
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.benchmarks import first_line
from tests.benchmarks.figure import Figure
from tests.benchmarks.pickup import wait_of_one
from tests.benchmarks.working import working
from tests.integration.conftest import running_worker

WORKERS = 10
CHUNKS_EACH = 20
"""One owner's each."""
ROUNDS = 4
SUBMISSIONS = 50
WARM = 20
HEARTBEAT_SECONDS = 1.0
REST = "UPDATE chunks SET state = 'held', held_until = 'infinity' WHERE worker_id = ANY($1)"
GO_ON = """
UPDATE chunks SET state = 'running', held_until = NULL,
    lease_until = clock_timestamp() + interval '10 seconds'
WHERE worker_id = ANY($1)
"""


async def measure(folder: Path) -> list[Figure]:
    """Rounds alternate: the others rest, the others are at work and renew their leases."""
    idle: list[float] = []
    beside: list[float] = []
    async with working(folder, first_line.CATALOGUE) as runtime:
        others = Others(runtime)
        await others.begin()
        await others.rest()
        async with running_worker(
            runtime, analyses=first_line.ANALYSES, allowed=("tests.benchmarks.",)
        ) as worker:
            await worker.executor.warm()
            await _waits(runtime, WARM)
            for _ in range(ROUNDS):
                idle += await _waits(runtime, SUBMISSIONS)
                async with others.at_work():
                    beside += await _waits(runtime, SUBMISSIONS)
    return [
        Figure("pick-up beside 200 chunks of others, p50", _p50(beside), "ms"),
        Figure("the same / when idle, p50", _p50(beside) / _p50(idle), "", at_most=1.5),
        Figure("the same / when idle, p90", _p90(beside) / _p90(idle), "", at_most=1.5),
    ]


class Others:
    """Workers that have chunks, renew their leases, and never finish."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._fences: dict[UUID, Sequence[Fence]] = {}

    async def begin(self) -> None:
        """Each has what one owner has submitted."""
        for number in range(WORKERS):
            owner = await self._runtime.access.ensure(f"other {number}", Role.MEMBER)
            for n in range(CHUNKS_EACH):
                asked = Submission(first_line.FIRST_LINE.name, params={"number": n})
                await self._runtime.tasks.submit(owner, asked)
            worker_id = uuid4()
            claims = await self._runtime.runs.claim(worker_id, CHUNKS_EACH)
            self._fences[worker_id] = [claim.chunk.fence for claim in claims]

    async def rest(self) -> None:
        """As if they had nothing."""
        await self._runtime.database.pool.execute(REST, list(self._fences))

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """Until then they rest."""
        await self._runtime.database.pool.execute(GO_ON, list(self._fences))
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating
            await self.rest()

    async def _beat(self) -> None:
        """One after the other, as they would be at different moments."""
        while True:
            for worker_id, fences in self._fences.items():
                await asyncio.sleep(HEARTBEAT_SECONDS / WORKERS)
                leases = await self._runtime.runs.renew(worker_id, fences)
                assert len(leases) == CHUNKS_EACH


async def _waits(runtime: Runtime, submissions: int) -> list[float]:
    return [await wait_of_one(runtime) for _ in range(submissions)]


def _p50(waits: list[float]) -> float:
    return sorted(waits)[len(waits) // 2]


def _p90(waits: list[float]) -> float:
    return sorted(waits)[len(waits) * 9 // 10]
