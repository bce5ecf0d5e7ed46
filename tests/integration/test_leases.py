"""Leases: what a worker keeps, what it lets go of, and that nothing keeps it from its heartbeat."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.servers import Servers, running_servers
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.image_features import IMAGE_EXTRACTOR
from service.domain.tasks import Status
from service.domain.users import Role, User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from tests.conftest import ROOT
from tests.eventually import eventually
from tests.integration.conftest import ended, running_worker
from tests.integration.executing import CHILDREN, until_gone
from tests.integration.processes import family, paused
from tests.integration.solo import Holding, chunk_of, importing, submit
from worker.active import ActiveRun, ActiveRuns
from worker.heart import LEASE_SECONDS
from worker.work import Run, SoloTools


async def age(runtime: Runtime, seconds: float) -> None:
    """As if every run had been claimed so much earlier."""
    await runtime.database.pool.execute(
        "UPDATE chunks SET started_at = started_at - make_interval(secs => $1)", seconds
    )


async def test_what_a_worker_does_not_know_of_is_handed_back_uncharged(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    worker_id = uuid4()
    await runtime.runs.claim(worker_id, 1)
    await age(runtime, 7)

    leases = await runtime.runs.renew(worker_id, [])

    assert leases == []
    assert await chunk_of(runtime) == ("waiting", 1, 0)


async def test_a_claim_whose_answer_may_still_come_is_not_taken_away(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    worker_id = uuid4()
    (claim,) = await runtime.runs.claim(worker_id, 1)

    await runtime.runs.renew(worker_id, [])

    assert await chunk_of(runtime) == ("running", 1, 0)
    assert len(await runtime.runs.renew(worker_id, [claim.chunk.fence])) == 1


async def test_a_run_that_was_let_go_of_is_done_again_by_the_same_worker(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    holding = Holding()
    async with running_worker(runtime, analyses=importing(holding.work)) as runner:
        task = await submit(runtime, user, dataset)
        await holding.begun.wait()
        await age(runtime, 7)

        runner.active.lose_all()
        holding.released.set()
        told = await ended(runtime, user, task.id)

    assert told.status is Status.COMPLETED
    again = "SELECT (run, attempts) FROM chunks ORDER BY id LIMIT 1"
    assert await runtime.database.pool.fetchval(again) == (2, 0)


async def test_a_ticket_waits_for_any_slot(runtime: Runtime, user: User, dataset: Dataset) -> None:
    for path in ("/a", "/b"):
        await submit(runtime, user, dataset, path)
    claims = await runtime.runs.claim(uuid4(), 2)
    runs = [ActiveRun(claim.chunk, runtime.storage.incoming_folder()) for claim in claims]
    active = ActiveRuns(2)
    for run in runs:
        active.add(run)
    waiting = asyncio.ensure_future(active.wait_for_slot())

    active.remove(runs[1])

    async with asyncio.timeout(5):
        await waiting
    assert active.free_slots == 1


async def test_leases_are_renewed_while_work_holds_every_connection(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await submit(runtime, user, dataset)
    worker_id = uuid4()
    (claim,) = await runtime.runs.claim(worker_id, 1)
    pool = runtime.database.pool
    async with AsyncExitStack() as work:
        for _ in range(pool.get_max_size()):
            await work.enter_async_context(pool.acquire())

        async with asyncio.timeout(3):
            leases = await runtime.runs.renew(worker_id, [claim.chunk.fence])
            await runtime.runs.rescue()

    assert len(leases) == 1


async def test_exports_leave_connections_for_others(
    runtime: Runtime, dataset: Dataset, tmp_path: Path
) -> None:
    pool = runtime.database.pool
    async with pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE features IN ACCESS EXCLUSIVE MODE")
        exports = [
            asyncio.create_task(
                runtime.features.export(tmp_path / str(n), dataset.id, 1, IMAGE_EXTRACTOR)
            )
            for n in range(2 * pool.get_max_size())
        ]

        async def exporting() -> bool:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return await runtime.database.leases.fetchval(waiting) > 0

        await eventually(exporting)
        async with asyncio.timeout(5):
            answer = await pool.fetchval("SELECT 1")

    await asyncio.gather(*exports)
    assert answer == 1


@pytest.fixture
def own_servers(tmp_path: Path) -> Generator[Servers]:
    """A database that a test may stop."""
    with running_servers(tmp_path / "servers", durable=False) as servers:
        subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": servers.database_url},
            check=True,
        )
        yield servers


async def test_children_are_stopped_before_the_leases_end_when_the_database_hangs(
    own_servers: Servers, settings: Settings
) -> None:
    pids: list[int] = []

    async def busy(run: Run, tools: SoloTools) -> None:
        async with aclosing(tools.child(f"{CHILDREN}busy", None, None)) as told:
            async for pid, _ in told:
                pids.append(pid)

    async def computing() -> bool:
        return bool(pids)

    here = {"database_url": own_servers.database_url, "redis_url": own_servers.redis_url}
    (postgres,) = [daemon for daemon in own_servers.daemons if daemon.name == "PostgreSQL"]
    async with (
        open_runtime(settings.model_copy(update=here), connections=6) as runtime,
        running_worker(runtime, analyses=importing(busy), allowed=(CHILDREN,)),
    ):
        user = await runtime.access.ensure("admin", Role.ADMIN)
        new = NewDataset("pictures", Kind.IMAGE, Visibility.PRIVATE)
        await submit(runtime, user, await runtime.datasets.create(user, new))
        await eventually(computing)

        with paused(*family(postgres.process.pid)):
            since = time.monotonic()
            await until_gone(*pids)
            silent = time.monotonic() - since

    assert silent < LEASE_SECONDS
