"""A page that watches a task: lines that break, servers that stumble, readers who pause."""

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.browser.brake import Brake
from tests.browser.datasets import Datasets
from tests.conftest import Site, running_web
from tests.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STREAM = re.compile(r"/tasks/[^/]+/events$")


def streams_of(page: Page) -> list[Request]:
    """The requests of a page for streams of single tasks, as they come."""
    streams: list[Request] = []
    page.on("request", lambda asked: streams.append(asked) if STREAM.search(asked.url) else None)
    return streams


async def watch(page: Page, address: str) -> list[Request]:
    """Starts an analysis and watches it live; the requests for its stream, as they come."""
    streams = streams_of(page)
    await page.goto(address)
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("switch", name="Live")).to_be_visible()
    return streams


async def test_a_cut_line_is_told_and_goes_on_behind_the_last_event(
    wire: Wire, page: Page, busy: str, brake: Brake, provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    streams = await watch(page, f"{wire.url}/datasets/{busy}")

    wire.cut()
    await expect(page.get_by_role("switch", name="Reconnecting…")).to_be_visible()
    wire.mend()
    await expect(page.get_by_role("switch", name="Live")).to_be_visible()
    brake.let_go()

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    resumed = await streams[-1].header_value("last-event-id")
    assert resumed is not None
    assert int(resumed) > 0


async def test_a_server_that_is_killed_and_started_again_is_come_back_to(
    site: Site, wire: Wire, page: Page, busy: str, brake: Brake, provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    with ExitStack() as stack:
        killed = await asyncio.to_thread(stack.enter_context, running_web(site.settings))
        wire.lead_to(killed.url)
        await watch(page, f"{wire.url}/datasets/{busy}")

        killed.process.kill()
        await expect(page.get_by_role("switch", name="Reconnecting…")).to_be_visible()
        started = await asyncio.to_thread(stack.enter_context, running_web(site.settings))
        wire.lead_to(started.url)
        await expect(page.get_by_role("switch", name="Live")).to_be_visible()
        brake.let_go()

        await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
        await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")


async def test_a_server_that_stumbles_is_asked_again(
    page: Page, busy: str, provoked: list[str]
) -> None:
    provoked.extend(["429", "503"])
    answers = iter([503, 429])

    async def stumble(route: Route) -> None:
        status = next(answers, None)
        await (route.continue_() if status is None else route.fulfill(status=status))

    await page.route(STREAM, stumble)

    streams = await watch(page, f"/datasets/{busy}")

    assert len(streams) == 3


async def test_a_finished_stream_is_not_asked_again(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    streams = streams_of(page)
    await page.goto(f"/datasets/{datasets.filled(sample_folder)}")
    await page.get_by_role("button", name="Analyse", exact=True).click()

    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
    # whatever would ask again does so when the tab is looked at
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.get_by_role("button", name="Analyse again").click()
    await expect(page.get_by_text("Nothing has changed")).to_be_visible()

    assert len(streams) == 1


async def test_a_paused_page_stands_still_until_it_is_live_again(
    page: Page, datasets: Datasets, busy: str, brake: Brake
) -> None:
    await watch(page, f"/datasets/{busy}")

    await page.get_by_role("switch", name="Live").click()
    await expect(page.get_by_role("switch", name="Paused")).not_to_be_checked()
    brake.let_go()
    await asyncio.to_thread(lambda: datasets.ended(datasets.newest_task(busy)))
    await expect(page.get_by_text("Running", exact=True)).to_be_visible()
    await page.get_by_role("switch", name="Paused").click()

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()


async def test_a_page_without_its_service_says_so_and_recovers(
    wire: Wire, page: Page, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    await page.goto(wire.url + datasets.listed(analysed))
    card = page.locator(f"a[href$='{analysed}']")
    await expect(card).to_be_visible()

    wire.cut()
    await card.click()
    await expect(page.get_by_text("The server does not answer")).to_be_visible()
    wire.mend()
    await page.get_by_role("button", name="Try again").click()

    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
