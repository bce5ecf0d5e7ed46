"""Steps: where the time of a submission, a pick-up and a small task goes; what bounds them."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from itertools import count, islice, repeat
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

from service.api.views import json, task_view
from service.db.chunks import Claim
from service.domain.datasets import Kind, Visibility
from service.domain.snapshots import snapshot
from service.domain.users import Role, User
from service.messaging.tickets import Tickets
from service.processes.executor import Executor
from service.processes.output import Order
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks import first_line, no_op
from tests.benchmarks.asking import ask_all, request
from tests.benchmarks.figure import Figure
from tests.benchmarks.pickup import PAUSE_SECONDS
from tests.benchmarks.serving import serving
from tests.benchmarks.submissions import submitting
from tests.benchmarks.working import working
from tests.integration.conftest import ended, running_worker

TIMES = 300
BATCH = 10
"""Requests over the same connection."""
PICK_UPS = 100
WARM = 20
GROUP = 16
"""As many as the bench of throughput has slots, and that of submissions connections."""
WRITE = "UPDATE users SET name = name WHERE id = $1"
"""As little as a transaction can write."""
HEARD_SECONDS = 0.5
"""Until every connection has heard of a setting."""
BEGAN = "SELECT started_at FROM tasks WHERE id = $1"

Step = Callable[[], Awaitable[object]]


async def measure(folder: Path) -> list[Figure]:
    """Medians of wall-clock milliseconds; nothing else is asked for meanwhile."""
    async with working(folder / "submission") as runtime:
        submission, bounds = await _submission(runtime), await _bounds(runtime)
    async with working(folder / "pick-up", first_line.CATALOGUE) as runtime:
        pick_up = await _pick_up(runtime)
    async with working(folder / "no-op", no_op.CATALOGUE) as runtime:
        small = await _small(runtime)
    return [*submission, *pick_up, *small, *bounds]


async def _submission(runtime: Runtime) -> list[Figure]:
    """Over one connection; its parts in this process, but for the null route."""
    user = await runtime.access.ensure("admin", Role.ADMIN)
    key = await runtime.access.new_key(user, "bench")
    new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
    dataset = (await runtime.datasets.create(user, new)).id
    async with serving(runtime.settings, MAX_ACTIVE_TASKS="0") as web:
        ask = partial(ask_all, web.host, web.port, connections=1)
        asked = submitting(str(dataset), key)
        await ask(islice(asked, WARM))
        whole = await _milliseconds(lambda: ask(islice(asked, BATCH)), TIMES // BATCH) / BATCH
        null = request("GET", "/healthz", key)
        route = await _milliseconds(lambda: ask(repeat(null, BATCH)), TIMES // BATCH) / BATCH
    submit = _submitting(runtime, user, dataset)
    durable = await _milliseconds(submit, TIMES, runtime.runs.telling.told)
    async with _committed_soon(runtime):
        written = await _milliseconds(submit, TIMES, runtime.runs.telling.told)
    known = await _milliseconds(lambda: runtime.access.by_key(key))
    answer = await _milliseconds(await _answering(runtime, user))
    rest = whole - route - known - durable - answer
    return [
        Figure("submission over HTTP, one after the other", whole, "ms"),
        Figure("  null route: HTTP, middleware, routing", route, "ms"),
        Figure("  whose key it is", known, "ms"),
        Figure("  checked and written, without the disk", written, "ms"),
        Figure("  on the disk", durable - written, "ms"),
        Figure("  answer as JSON", answer, "ms"),
        Figure("  rest: body, schema, telling meanwhile", rest, "ms"),
        *await _telling(runtime, user),
    ]


def _submitting(runtime: Runtime, user: User, dataset: UUID) -> Step:
    """Each a task of its own."""
    numbers = count(1)

    async def submit() -> None:
        params = {"light_threshold": (next(numbers) + time.time_ns() % 1000) / 10_000_000}
        await runtime.tasks.submit(user, Submission("image_analysis", dataset, params=params))

    return submit


async def _answering(runtime: Runtime, user: User) -> Step:
    task = (await runtime.tasks.page(user, limit=1))[0]

    async def answer() -> None:
        json(task_view(task, "created"))

    return answer


async def _telling(runtime: Runtime, user: User) -> list[Figure]:
    task = (await runtime.tasks.page(user, limit=1))[0]
    told, tickets = {task.id: snapshot(task)}, Tickets(runtime.redis)
    ring = await _milliseconds(lambda: tickets.ring(1))
    publish = await _milliseconds(lambda: runtime.snapshots.publish(told))
    return [
        Figure("  after the answer: ticket and bell", ring, "ms"),
        Figure("  after the answer: snapshot", publish, "ms"),
    ]


async def _pick_up(runtime: Runtime) -> list[Figure]:
    """By the clock of this machine, which submitter, database and child read."""
    user = await runtime.access.ensure("admin", Role.ADMIN)
    async with running_worker(
        runtime, analyses=first_line.ANALYSES, allowed=("tests.benchmarks.",)
    ) as worker:
        await worker.executor.warm()
        child = await _milliseconds(lambda: _first_line(worker.executor))
        steps = [await _picked_up(runtime, user) for _ in range(WARM + PICK_UPS)][WARM:]
    submitted, claimed, began = (median(step) for step in zip(*steps, strict=True))
    return [
        Figure("pick-up on an idle worker", median(sum(step) for step in steps), "ms"),
        Figure("  submission, on the disk", submitted, "ms"),
        Figure("  ticket, bell, until the claim sees it", claimed, "ms"),
        Figure("  claim's commit and answer, order, first line", began, "ms"),
        Figure("  of these: order to a warm child and back", child, "ms"),
    ]


async def _picked_up(runtime: Runtime, user: User) -> tuple[float, float, float]:
    """Until it was submitted, claimed, and begun by a child; in milliseconds each."""
    asked = time.time()
    task = (await runtime.tasks.submit(user, Submission(first_line.FIRST_LINE.name))).task
    submitted = time.time()
    await asyncio.sleep(PAUSE_SECONDS)
    await ended(runtime, user, task.id)
    claimed = (await runtime.database.pool.fetchval(BEGAN, task.id)).timestamp()
    began = (await runtime.tasks.result(user, task.id))["began_at"]
    return 1000 * (submitted - asked), 1000 * (claimed - submitted), 1000 * (began - claimed)


async def _first_line(executor: Executor) -> None:
    order = Order(f"{first_line.__name__}.{first_line.now.__name__}", [{}])
    async with aclosing(executor.execute(order)) as told:
        _ = [output async for output in told]


async def _small(runtime: Runtime) -> list[Figure]:
    """What a group costs, for each of its tasks."""
    user = await runtime.access.ensure("admin", Role.ADMIN)
    worker_id, claims = uuid4(), list[Claim]()
    for number in range(TIMES):
        await runtime.tasks.submit(user, Submission("no_op", params={"number": number}))

    async def claim() -> None:
        claims[:] = await runtime.runs.claim(worker_id, GROUP)

    async def finish() -> None:
        await asyncio.gather(*(runtime.runs.finish(one.chunk, {}) for one in claims))

    async def tell() -> None:
        runtime.runs.tell([one.chunk.task_id for one in claims])
        await runtime.runs.telling.told()

    took = [
        [await _once(step) / GROUP for step in (claim, finish, tell)] for _ in range(TIMES // GROUP)
    ]
    claimed, finished, told = (median(step) for step in zip(*took, strict=True))
    return [
        Figure(f"no-op task, {GROUP} together", claimed + finished + told, "ms"),
        Figure("  claim", claimed, "ms"),
        Figure("  finish, on the disk", finished, "ms"),
        Figure("  read and publish its snapshot", told, "ms"),
    ]


async def _bounds(runtime: Runtime) -> list[Figure]:
    """What no submission and no task can be faster than."""
    pool = runtime.database.pool
    user = await runtime.access.ensure("admin", Role.ADMIN)
    write = partial(pool.execute, WRITE, user.id)
    async with serving(runtime.settings) as web:
        null = request("GET", "/healthz", "")
        asked = 20 * TIMES
        ask = partial(ask_all, web.host, web.port, repeat(null, asked), GROUP)
        routes = 1000 * asked / await _once(ask)
    durable = await _milliseconds(write)
    async with _committed_soon(runtime):
        written = await _milliseconds(write)
    return [
        Figure(f"bound: null route, {GROUP} connections", routes, "/s"),
        Figure("bound: least transaction, on the disk", 1000 / durable, "/s"),
        Figure("bound: least transaction, without the disk", 1000 / written, "/s"),
        Figure("bound: round trip, PostgreSQL", await _milliseconds(_asking(runtime)), "ms"),
        Figure("bound: round trip, Redis", await _milliseconds(runtime.redis.ping), "ms"),
    ]


def _asking(runtime: Runtime) -> Step:
    return partial(runtime.database.pool.fetchval, "SELECT 1")


@asynccontextmanager
async def _committed_soon(runtime: Runtime) -> AsyncGenerator[None]:
    """Commits do not wait for the disk."""
    await _configure(runtime, "SET synchronous_commit = off")
    try:
        yield
    finally:
        await _configure(runtime, "RESET synchronous_commit")


async def _configure(runtime: Runtime, how: str) -> None:
    pool = runtime.database.pool
    await pool.execute(f"ALTER SYSTEM {how}")
    await pool.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(HEARD_SECONDS)


async def _milliseconds(step: Step, times: int = TIMES, between: Step | None = None) -> float:
    """The median; what comes between is not counted."""
    took: list[float] = []
    for _ in range(times):
        took.append(await _once(step))
        if between:
            await between()
    return median(took)


async def _once(step: Step) -> float:
    began = time.perf_counter()
    await step()
    return 1000 * (time.perf_counter() - began)
