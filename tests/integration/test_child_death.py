"""How children die, and that nothing but their one item suffers, with real deaths."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import pytest

from service.processes.death import explain
from service.processes.executor import Executor
from service.processes.limits import MIB, Limits
from service.processes.output import Order, Output
from tests.integration.executing import (
    CHILDREN,
    MEMORY,
    data,
    drain,
    execute,
    gone,
    opened,
    results,
    until_death,
    until_gone,
)


@pytest.fixture
async def executor() -> AsyncIterator[Executor]:
    async with opened() as executor:
        yield executor


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
        await until_gone(first.data)
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
    told: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def read() -> None:
        async with execute(executor, "busy", [0]) as replies:
            async for reply in replies:
                assert isinstance(reply, Output)
                told.set_result(reply.data[0])

    reading = asyncio.create_task(read())
    pid = await told
    reading.cancel()
    await asyncio.wait([reading])

    assert gone(pid)


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


async def test_closing_the_executor_ends_an_order_that_still_runs() -> None:
    executor = opened()
    async with executor:
        replies = executor.execute(Order(CHILDREN + "busy", [0]))
        await anext(replies)

    _, death = await drain(replies)

    assert death.reason == "killed"


def kill_before_the_loop_hears_of_it(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    while not gone(pid):
        time.sleep(0.001)
