"""A stream waits for news until its server ends, and leaves nothing running."""

import asyncio

import pytest

from service.api import sse
from service.api.sse import Closing


async def never() -> str:
    await asyncio.Event().wait()
    return "news"


async def at_once() -> str:
    return "news"


async def test_news_come_through() -> None:
    assert await Closing().first(at_once()) == "news"


async def test_who_waits_hears_that_the_server_ends() -> None:
    closing = Closing()
    waiting = asyncio.create_task(closing.first(never()))
    await asyncio.sleep(0)

    closing.set()

    assert await waiting is None
    assert closing.now


async def test_who_comes_to_wait_after_that_does_not() -> None:
    closing = Closing()
    closing.set()

    assert await closing.first(never()) is None


async def test_who_has_no_news_for_long_says_that_it_is_awake_and_waits_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sse, "PING_SECONDS", 0.01)
    closing = Closing()

    assert await closing.first(never()) is None
    assert not closing.now
    assert await closing.first(at_once()) == "news"


async def test_waiting_takes_no_task_of_its_own() -> None:
    closing = Closing()
    before = len(asyncio.all_tasks())

    waiting = asyncio.create_task(closing.first(never()))
    await asyncio.sleep(0)
    beside = len(asyncio.all_tasks()) - before - 1

    waiting.cancel()
    assert beside == 0
