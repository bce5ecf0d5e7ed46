"""Pages: what a browser fetches first, how soon a page can be used, and whether it stays smooth."""

import asyncio
import itertools
import os
import statistics
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from service.domain.datasets import Kind, Visibility
from service.domain.snapshots import snapshot
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.benchmarks.figure import Figure
from tests.benchmarks.serving import Web, serving
from tests.benchmarks.working import working
from tests.browser.conftest import QUIET, chromium

CARDS = 200
UPDATES_A_SECOND = 200
TOLD_AT_ONCE = 10
WATCHED_SECONDS = 10
LOADS = 5
TABS = 12
CARD = ".card:not(.skeleton)"
HEAD = ".page-head h1"
SETTLED_SECONDS = 3
FRAMES = """seconds => new Promise((resolve) => {
  const gaps = [];
  const begun = performance.now();
  let last = begun;
  const step = (now) => {
    gaps.push(now - last);
    last = now;
    if (now - begun < seconds * 1000) requestAnimationFrame(step);
    else resolve(gaps.slice(1));
  };
  requestAnimationFrame(step);
})"""


async def measure(folder: Path) -> list[Figure]:
    """Needs a Chromium; where there is none, it says so and measures nothing."""
    path = chromium()
    if path is None:
        print("pages: there is no Chromium here, so they are left out")
        return []
    options = [*QUIET, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    async with working(folder) as runtime, async_playwright() as playwright:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        key = await runtime.access.new_key(user, "bench")
        busy = [await _busy_dataset(runtime, user, number) for number in range(CARDS)]
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        async with serving(runtime.settings) as web:
            opener = Opener(browser, web, key)
            figures = [
                *await _first_loads(opener, "the datasets", "/", CARD, 150),
                *await _first_loads(opener, "a dataset", f"/datasets/{busy[0][0]}", HEAD, 300),
                *await _smoothness(opener, runtime, user, [task for _, task in busy]),
                *await _many_tabs(opener),
            ]
            await browser.close()
    return figures


class Opener:
    """Opens browsers that have seen nothing of us, and whose every request has the key."""

    def __init__(self, browser: Browser, web: Web, key: str) -> None:
        self._browser = browser
        self._url = f"http://{web.host}:{web.port}"
        self._headers = {"Authorization": f"Bearer {key}"}

    async def context(self) -> BrowserContext:
        return await self._browser.new_context(
            base_url=self._url,
            extra_http_headers=self._headers,
            viewport={"width": 1440, "height": 900},
        )


async def new_tab(context: BrowserContext) -> Page:
    """An empty one, once its window is there: without a screen each has its own to load."""
    page = await context.new_page()
    await asyncio.sleep(SETTLED_SECONDS)
    return page


async def _busy_dataset(runtime: Runtime, user: User, number: int) -> tuple[UUID, UUID]:
    new = NewDataset(f"bench {number}", Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    asked = Submission("image_analysis", dataset.id)
    return dataset.id, (await runtime.tasks.submit(user, asked)).task.id


async def _first_loads(
    opener: Opener, name: str, path: str, ready: str, kilobytes: float
) -> list[Figure]:
    """What comes over the line besides pictures and answers of the API, and how soon."""
    sizes: list[float] = []
    waits: list[float] = []
    for _ in range(LOADS):
        context = await opener.context()
        page = await new_tab(context)
        fetched = await _code_of(page)
        await page.goto(path, wait_until="commit")
        await page.locator(ready).first.wait_for()
        waits.append(await page.evaluate("performance.now()"))
        await page.wait_for_load_state("load")
        sizes.append(sum(fetched.values()) / 1000)
        await context.close()
    return [
        Figure(f"code of the page of {name}, first load", max(sizes), "kB", at_most=kilobytes),
        Figure(f"page of {name} usable after", statistics.median(waits), "ms", at_most=1000),
    ]


async def _code_of(page: Page) -> dict[str, float]:
    """Bytes on the line of each file of ours, without headers, as they arrive."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    addresses: dict[str, str] = {}
    fetched: dict[str, float] = {}

    def begin(told: dict[str, Any]) -> None:
        addresses[told["requestId"]] = told["response"]["url"]

    def gain(told: dict[str, Any]) -> None:
        address = addresses.get(told["requestId"], "/api/")
        if "/api/" not in address:
            fetched[address] = fetched.get(address, 0) + told["encodedDataLength"]

    session.on("Network.responseReceived", begin)
    session.on("Network.dataReceived", gain)
    return fetched


async def _smoothness(
    opener: Opener, runtime: Runtime, user: User, tasks: list[UUID]
) -> list[Figure]:
    """All cards on one page, all of their tasks moving."""
    context = await opener.context()
    page = await context.new_page()
    await page.goto("/")
    await page.locator(CARD).first.wait_for()
    while await page.locator(CARD).count() < CARDS:
        await page.keyboard.press("End")
        await asyncio.sleep(0.2)
    await page.keyboard.press("Home")

    moving = asyncio.create_task(_move(runtime, user, tasks))
    await asyncio.sleep(2)
    before = await page.locator(".running-badge b").all_text_contents()
    gaps: list[float] = sorted(await page.evaluate(FRAMES, WATCHED_SECONDS))
    after = await page.locator(".running-badge b").all_text_contents()
    moving.cancel()
    with suppress(asyncio.CancelledError):
        await moving
    await context.close()
    assert len(before) == CARDS
    assert all(one != other for one, other in zip(before, after, strict=True))
    name = f"{UPDATES_A_SECOND} updates/s on {CARDS} cards"
    return [
        Figure(f"{name}: longest frame", gaps[-1], "ms", at_most=50),
        Figure(f"{name}: frame, p99", gaps[len(gaps) * 99 // 100], "ms"),
    ]


async def _move(runtime: Runtime, user: User, tasks: list[UUID]) -> None:
    """Tells of tasks as workers do: some at once, on time, each in turn."""
    told = [snapshot(await runtime.tasks.find(user, id_)) for id_ in tasks]
    begun = time.monotonic()
    for turn in itertools.count(1):
        some = {}
        for n in range(TOLD_AT_ONCE):
            place = (turn * TOLD_AT_ONCE + n) % len(told)
            seq = told[place]["seq"] + 1
            moved = {"seq": seq, "status": "in_progress", "progress": seq % 100}
            told[place] = told[place] | moved
            some[tasks[place]] = told[place]
        await runtime.snapshots.publish(some)
        due = begun + turn * TOLD_AT_ONCE / UPDATES_A_SECOND
        await asyncio.sleep(max(due - time.monotonic(), 0))


async def _many_tabs(opener: Opener) -> list[Figure]:
    context = await opener.context()
    for _ in range(TABS):
        page = await context.new_page()
        await page.goto("/")
        await page.locator(CARD).first.wait_for()
    page = await new_tab(context)
    await page.goto("/", wait_until="commit")
    await page.locator(CARD).first.wait_for()
    wait = await page.evaluate("performance.now()")
    await context.close()
    return [Figure(f"page of the datasets beside {TABS} others", wait, "ms", at_most=1000)]
