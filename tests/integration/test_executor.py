"""What the executor of child processes promises about results, slots and what it leaves behind."""

import asyncio
import hashlib
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from service.processes.executor import Executor, OrderRefused
from service.processes.framing import FrameTooLarge
from service.processes.limits import Limits
from service.processes.output import ItemError, Order, Output
from tests.integration.executing import (
    MEMORY,
    data,
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


async def test_quick_results_are_read_many_at_once(
    executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    receive, reads = loop.sock_recv, list[int]()

    async def count(pipe: socket.socket, most: int) -> bytes:
        reads.append(most)
        return await receive(pipe, most)

    monkeypatch.setattr(loop, "sock_recv", count)
    monkeypatch.setattr("service.processes.handle._QUICK_SECONDS", (0, 10))

    told = await data(executor, "rest", [0.0005] * 200)

    assert told == [0.0005] * 200
    assert len(reads) < 100


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


SMALL = Limits(memory_bytes=2 * MEMORY, recycle_bytes=150 << 20)
"""A child that has just been started is smaller."""


async def holding(executor: Executor, mib: int, keeps: str | None) -> int:
    """The child that did it."""
    order = Order("tests.integration.children.hold", [mib], keeps=keeps)
    async with aclosing(executor.execute(order)) as replies:
        (pid,) = [reply.data async for reply in replies if isinstance(reply, Output)]
    return pid


async def test_what_a_child_keeps_for_the_next_order_does_not_wear_it_but_what_it_leaks_does() -> (
    None
):
    async with opened(limits=SMALL) as executor:
        first = [await holding(executor, mib, "model") for mib in (200, 0, 100)]
        beside = await holding(executor, 0, None)
        leaked = await holding(executor, 100, "model")
        after = await holding(executor, 0, "model")

    assert {*first, beside, leaked} == {first[0]}
    assert after != leaked
    assert executor.counters.recycled == 1


async def test_a_child_that_grows_for_nothing_is_replaced_at_once() -> None:
    async with opened(limits=SMALL) as executor:
        pids = [await holding(executor, mib, None) for mib in (200, 0)]

    assert len(set(pids)) == 2


async def test_what_nobody_asks_for_any_more_is_let_go() -> None:
    async with opened(limits=replace(SMALL, keep_seconds=0.2)) as executor:
        first = await holding(executor, 200, "model")
        await until_gone(first)
        second = await holding(executor, 0, None)

    assert first != second
    assert executor.counters.recycled == 1


async def test_what_nobody_asks_for_is_let_go_though_its_child_has_other_work() -> None:
    limits = replace(SMALL, keep_seconds=0.2, recycle_items=10**9)
    async with opened(limits=limits) as executor, asyncio.timeout(5):
        first = await holding(executor, 200, "model")
        while await holding(executor, 0, None) == first:
            pass

    assert executor.counters.recycled == 1


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
