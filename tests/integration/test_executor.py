"""What the executor of child processes promises, with real children that misbehave for real."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
import threading
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from service.processes.death import ChildDied, explain
from service.processes.executor import Executor, OrderRefused
from service.processes.framing import FrameTooLarge
from service.processes.limits import MIB, Limits
from service.processes.output import ItemError, Order, Output

CHILDREN = "tests.integration.children."
ROOT = Path(__file__).parents[2]
MEMORY = 512 * MIB
LIMITS = Limits(memory_bytes=MEMORY)

PARENT = """
import asyncio, contextlib, json, os, signal
from service.processes.executor import Executor
from service.processes.limits import Limits
from service.processes.output import Order

CHILDREN = "tests.integration.children."

async def ask(executor, function, item):
    async with contextlib.aclosing(executor.execute(Order(CHILDREN + function, [item]))) as replies:
        return [reply.data async for reply in replies][0]

async def tell(executor, busy):
    os.kill(busy, 0)
    main = await ask(executor, "main_file", 0)
    idle = await ask(executor, "parents", 0)
    print(json.dumps({"busy": busy, "idle": idle, "main": main}), flush=True)

async def main():
    signalled = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, signalled.set)
    async with Executor(2, Limits(), allowed=[CHILDREN]) as executor:
        async with contextlib.aclosing(executor.execute(Order(CHILDREN + "busy", [0]))) as replies:
            busy, _ = (await anext(replies)).data
            await tell(executor, busy)
            await signalled.wait()
            await tell(executor, busy)

asyncio.run(main())
"""


@pytest.fixture
async def executor() -> AsyncIterator[Executor]:
    async with opened() as executor:
        yield executor


async def test_results_come_while_their_order_still_runs(
    executor: Executor, tmp_path: Path
) -> None:
    there, here = str(tmp_path / "there"), tmp_path / "here"
    items = [[there, there], [there, str(here)]]

    async with execute(executor, "meet", items) as replies:
        first = await anext(replies)
        here.touch()
        second = await anext(replies)

    assert first == Output(0, "there", b"", last=True)
    assert second == Output(1, "there", b"", last=True)


async def test_an_unreadable_item_is_an_error_with_its_code_and_the_rest_goes_on(
    executor: Executor,
) -> None:
    replies = await results(executor, "unreadable", ["good", "bad", "better"])

    assert replies == [
        Output(0, "good", b"", last=True),
        ItemError(1, "truncated_file", "the file ends too early"),
        Output(2, "better", b"", last=True),
    ]


@pytest.mark.parametrize("item", ["raise", "exit", "not json", "large"])
async def test_what_an_item_raises_is_its_error_with_a_traceback_and_the_rest_goes_on(
    item: str,
) -> None:
    async with opened(limits=Limits(memory_bytes=MEMORY, json_bytes=1000)) as executor:
        failure, rest = await results(executor, "stumble", [item, "rest"], shared=2000)

    assert isinstance(failure, ItemError)
    assert (failure.index, failure.code) == (0, "analysis_error")
    assert "Traceback" in (failure.traceback or "")
    assert rest == Output(1, "rest", b"", last=True)


async def test_an_item_that_wants_too_much_memory_is_an_error_and_the_rest_goes_on(
    executor: Executor,
) -> None:
    failure, rest = await results(executor, "stumble", ["memory", "rest"])

    assert isinstance(failure, ItemError)
    assert (failure.index, failure.code) == (0, "out_of_memory")
    assert rest == Output(1, "rest", b"", last=True)


async def test_a_generator_gives_its_outputs_in_order_and_last_what_it_returns(
    executor: Executor,
) -> None:
    replies = await results(executor, "letters", ["ab", ""])

    assert replies == [
        Output(0, {"letter": "a"}, b"a", last=False),
        Output(0, {"letter": "b"}, b"b", last=False),
        Output(0, 2, b"", last=True),
        Output(1, 0, b"", last=True),
    ]


async def test_a_blob_of_five_megabytes_passes_unharmed(executor: Executor) -> None:
    [reply] = await results(executor, "blob", [5_000_000])

    assert isinstance(reply, Output)
    expected = bytes(index % 251 for index in range(1000)) * 5000
    assert hashlib.sha256(reply.blob).digest() == hashlib.sha256(expected).digest()


async def test_strings_come_back_without_the_character_that_databases_refuse(
    executor: Executor,
) -> None:
    [reply] = await results(executor, "stumble", ["a\x00b \\u0000"])

    assert reply == Output(0, "a\ufffdb \\u0000", b"", last=True)


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("segfault", "crashed"),
        ("abort", "crashed"),
        ("exit", "crashed"),
        ("leave a grandchild", "crashed"),
        ("kill", "killed"),
        ("loop", "stalled"),
        ("stop", "stalled"),
    ],
)
async def test_a_death_names_the_item_that_did_it_and_keeps_what_came_before(
    way: str, reason: str
) -> None:
    async with opened(limits=Limits(memory_bytes=MEMORY, stall_seconds=1)) as executor:
        before, death = await until_death(executor, "die", ["a", "b", way, "c"])
        after = await results(executor, "echo", [1])

    assert before == [Output(0, "a", b"", last=True), Output(1, "b", b"", last=True)]
    assert (death.index, death.reason) == (2, reason)
    assert after == [Output(0, 1, b"", last=True)]


@pytest.mark.parametrize(
    "way", ["garbage", "no json", "unknown", "others", "done", "large", "close"]
)
async def test_a_child_that_breaks_the_rules_of_its_pipe_dies_of_it(
    executor: Executor, way: str
) -> None:
    before, death = await until_death(executor, "lie", ["a", way, "c"])

    assert before == [Output(0, "a", b"", last=True)]
    assert (death.index, death.reason) == (1, "protocol")


async def test_a_death_loses_nothing_that_its_reader_had_no_time_for(executor: Executor) -> None:
    items = ["pid", *map(str, range(50)), "kill"]

    async with execute(executor, "die", items) as replies:
        first = await anext(replies)
        assert isinstance(first, Output)
        await eventually(lambda: gone(first.data))
        rest, death = await drain(replies)

    assert [reply.index for reply in rest] == list(range(1, 51))
    assert death.index == 51


def test_a_kill_while_the_kernel_ran_out_of_memory_is_taken_for_that() -> None:
    by_the_kernel, _ = explain(-signal.SIGKILL, kernel_killed=True)
    by_somebody, _ = explain(-signal.SIGKILL, kernel_killed=False)

    assert by_the_kernel == "out_of_memory"
    assert by_somebody == "killed"


async def test_an_order_beyond_a_childs_memory_is_nobodys_fault() -> None:
    async with opened(limits=Limits(memory_bytes=64 * MIB)) as executor:
        before, death = await until_death(executor, "echo", ["x" * 60_000_000])

    assert before == []
    assert (death.index, death.reason) == (None, "out_of_memory")


async def test_a_reader_that_takes_its_time_does_not_make_its_child_stall() -> None:
    stall_seconds = 0.6
    limits = Limits(memory_bytes=MEMORY, stall_seconds=stall_seconds)

    async with opened(limits=limits) as executor, execute(executor, "flood", [50]) as replies:
        first = await anext(replies)
        # The pipe is full by now and the child waits; how long it does is the point.
        await asyncio.sleep(2 * stall_seconds)
        rest = [reply async for reply in replies]

    assert not isinstance(first, ItemError)
    assert len(rest) == 50


async def test_a_stopped_child_with_half_a_frame_holds_up_nobody_else() -> None:
    limits = Limits(memory_bytes=MEMORY, stall_seconds=2)

    async with opened(2, limits) as executor:
        stopped = asyncio.create_task(until_death(executor, "die", ["stop"]))
        meanwhile = [await results(executor, "echo", [number]) for number in range(20)]
        was_waiting = not stopped.done()
        _, death = await stopped

    assert len(meanwhile) == 20
    assert was_waiting
    assert death.reason == "stalled"


async def test_closing_early_kills_the_child_and_the_next_order_gets_another(
    executor: Executor,
) -> None:
    async with execute(executor, "busy", [0]) as replies:
        first = await anext(replies)
    assert isinstance(first, Output)
    pid = first.data[0]

    dead = gone(pid)
    [after] = await results(executor, "pid", [0])

    assert dead
    assert isinstance(after, Output)
    assert after.data != pid


async def test_cancelling_whoever_reads_kills_the_child(executor: Executor) -> None:
    pids: list[int] = []

    async def read() -> None:
        async with execute(executor, "busy", [0]) as replies:
            async for reply in replies:
                assert isinstance(reply, Output)
                pids.append(reply.data[0])

    reading = asyncio.create_task(read())
    await eventually(lambda: len(pids) > 0)
    reading.cancel()
    await asyncio.wait([reading])

    assert gone(pids[0])


async def test_an_idle_child_that_was_killed_is_replaced_unnoticed(executor: Executor) -> None:
    [pid] = await data(executor, "pid", [0])

    kill_before_the_loop_hears_of_it(pid)
    [after] = await data(executor, "pid", [0])

    assert after != pid


async def test_a_dead_fork_server_takes_its_children_along_and_is_replaced(
    executor: Executor,
) -> None:
    async with execute(executor, "busy", [0]) as replies:
        first = await anext(replies)
        assert isinstance(first, Output)
        os.kill(first.data[1], signal.SIGKILL)
        _, death = await drain(replies)
    after = await data(executor, "echo", [1])

    assert (death.index, death.reason) == (0, "killed")
    assert after == [1]


async def test_two_orders_run_side_by_side_in_two_slots(tmp_path: Path) -> None:
    a, b = str(tmp_path / "a"), str(tmp_path / "b")

    async with opened(2) as executor:
        met = await asyncio.gather(
            data(executor, "meet", [[a, b]]), data(executor, "meet", [[b, a]])
        )

    assert met == [["a"], ["b"]]


async def test_one_slot_works_on_one_order_after_the_other(executor: Executor) -> None:
    orders = [data(executor, "pid", [0]) for _ in range(5)]

    pids = await asyncio.gather(*orders)

    assert len({pid for [pid] in pids}) == 1
    assert executor.counters.started == 1


@pytest.mark.parametrize(
    "limits",
    [
        Limits(memory_bytes=MEMORY, recycle_items=2),
        Limits(memory_bytes=MEMORY, recycle_bytes=1),
    ],
)
async def test_a_child_is_replaced_after_so_many_items_or_bytes(limits: Limits) -> None:
    async with opened(limits=limits) as executor:
        pids = [await data(executor, "pid", [0, 0]) for _ in range(3)]

    assert len({pid for order in pids for pid in order}) == 3
    assert executor.counters.recycled == 3


async def test_an_order_may_only_name_functions_that_were_allowed(executor: Executor) -> None:
    with pytest.raises(OrderRefused, match="is not under"):
        await anext(executor.execute(Order("os.getcwd", [1])))
    with pytest.raises(OrderRefused, match="no_such"):
        await results(executor, "no_such", [1])
    after = await data(executor, "echo", [1])

    assert after == [1]
    assert executor.counters.started == 1


async def test_an_order_beyond_the_size_of_a_frame_is_refused_at_once() -> None:
    async with opened(limits=Limits(memory_bytes=MEMORY, frame_bytes=1000)) as executor:
        with pytest.raises(FrameTooLarge, match="1000"):
            await results(executor, "echo", ["x" * 1000])


async def test_children_use_one_thread_for_linear_algebra(executor: Executor) -> None:
    threads = await data(executor, "environment", ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"])

    assert threads == ["1", "1"]


async def test_a_warm_executor_starts_no_child_for_its_orders() -> None:
    async with opened(2) as executor:
        await executor.warm()
        started = executor.counters.started
        await asyncio.gather(*(data(executor, "echo", [1]) for _ in range(4)))

        assert started == executor.counters.started == 2


async def test_counters_tell_items_and_seconds(executor: Executor) -> None:
    await results(executor, "unreadable", ["good", "bad", "better"])

    assert executor.counters.items == 3
    assert 0 < executor.counters.cpu_seconds < 60


async def test_a_closed_executor_leaves_no_process_file_or_thread() -> None:
    await open_and_close()
    before = open_files(), threading.active_count()

    pids = await open_and_close()

    assert all(map(gone, pids))
    assert (open_files(), threading.active_count()) == before


async def test_closing_the_executor_ends_an_order_that_still_runs() -> None:
    executor = opened()
    async with executor:
        replies = executor.execute(Order(CHILDREN + "busy", [0]))
        await anext(replies)

    _, death = await drain(replies)

    assert death.reason == "killed"


async def test_a_signal_to_everybody_ends_neither_children_nor_fork_server(tmp_path: Path) -> None:
    async with parent(tmp_path) as program:
        before = await line(program)
        os.killpg(program.pid, signal.SIGTERM)
        after = await line(program)
        exit_code = await program.wait()

    assert after == before
    assert exit_code == 0


async def test_a_killed_parent_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    async with parent(tmp_path) as program:
        told = await line(program)
        program.kill()

        await eventually(lambda: all(map(gone, [told["busy"], *told["idle"]])))
        await eventually(lambda: not list(tmp_path.iterdir()))
        await eventually(lambda: not list(Path("/dev/shm").glob(f"pym-{program.pid}-*")))


async def test_the_parents_main_module_is_not_imported_by_children(tmp_path: Path) -> None:
    async with parent(tmp_path) as program:
        told = await line(program)

    assert told["main"] is None


def opened(slots: int = 1, limits: Limits = LIMITS) -> Executor:
    return Executor(slots, limits, allowed=[CHILDREN])


def execute(
    executor: Executor, function: str, items: Sequence[Any], shared: Any = None
) -> AbstractAsyncContextManager[AsyncGenerator[Output | ItemError, None]]:
    return aclosing(executor.execute(Order(CHILDREN + function, items, shared)))


async def results(
    executor: Executor, function: str, items: Sequence[Any], shared: Any = None
) -> list[Output | ItemError]:
    async with execute(executor, function, items, shared) as replies:
        return [reply async for reply in replies]


async def data(executor: Executor, function: str, items: Sequence[Any]) -> list[Any]:
    replies = await results(executor, function, items)
    return [reply.data for reply in replies if isinstance(reply, Output)]


async def until_death(
    executor: Executor, function: str, items: Sequence[Any]
) -> tuple[list[Output | ItemError], ChildDied]:
    async with execute(executor, function, items) as replies:
        return await drain(replies)


async def drain(
    replies: AsyncGenerator[Output | ItemError, None],
) -> tuple[list[Output | ItemError], ChildDied]:
    """Read what comes before the child dies, which it must."""
    before: list[Output | ItemError] = []
    try:
        async for reply in replies:
            before.append(reply)  # noqa: PERF401 - a comprehension would lose what came before
    except ChildDied as died:
        return before, died
    pytest.fail(f"the child lived and said {before}")


async def open_and_close() -> list[int]:
    """Work on an order, close another early, have a third crash; return the children's pids."""
    async with opened(2) as executor:
        await executor.warm()
        pids = await data(executor, "pid", [0])
        async with execute(executor, "busy", [0]) as replies:
            first = await anext(replies)
            assert isinstance(first, Output)
        before, _ = await until_death(executor, "die", ["pid", "segfault"])
        assert isinstance(before[0], Output)
        return [*pids, first.data[0], before[0].data]


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@asynccontextmanager
async def parent(folder: Path) -> AsyncGenerator[Process]:
    """Run PARENT as a program in a process group of its own, with the folder for what it leaves."""
    script = folder.with_suffix(".py")
    script.write_text(PARENT, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    program = await asyncio.create_subprocess_exec(
        sys.executable, script, cwd=ROOT, env=environment, stdout=PIPE, start_new_session=True
    )
    try:
        yield program
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        await program.communicate()


async def line(program: Process) -> dict[str, Any]:
    assert program.stdout is not None
    return json.loads(await asyncio.wait_for(program.stdout.readline(), 30))


def kill_before_the_loop_hears_of_it(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while not gone(pid):
        time.sleep(0.001)


async def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        await asyncio.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process has ended; an orphan's zombie is its new parent's business."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except ProcessLookupError:
        return True
    except FileNotFoundError:
        return not Path("/proc/self").exists()
    return state == "Z"
