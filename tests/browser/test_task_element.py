"""The progress component on a page of another origin: the example of the documentation."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from tests.browser.brake import Brake
from tests.browser.conftest import listened_to
from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe
from tests.browser.test_streams import STREAM
from tests.browser.test_watching_from_elsewhere import elsewhere
from tests.conftest import Site
from tests.integration.test_api import API
from tests.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

__all__ = ["elsewhere"]


@pytest_asyncio.fixture(loop_scope="session")
async def example(
    browser: Browser, site: Site, provoked: list[str], elsewhere: str
) -> AsyncGenerator[Page]:
    async with listened_to(browser, site, provoked, None) as page:
        await page.goto(elsewhere.replace("watch.html", "element.html"))
        yield page


@pytest.fixture
def task(datasets: Datasets, busy: str) -> str:
    asked = {"type": "image_analysis", "dataset_id": busy}
    return datasets.client.post(f"{API}/tasks", json=asked).json()["id"]


async def watch(page: Page, server: str, task: str, key: str, *, tickets: bool = False) -> None:
    await page.get_by_label("Server").fill(server)
    await page.get_by_label("Task").fill(task)
    await page.get_by_label("API key").fill(key)
    await page.get_by_label("only look").set_checked(tickets)
    await page.get_by_role("button", name="Watch").click()


async def test_it_shows_a_task_to_its_end_and_axe_objects_to_nothing(
    example: Page, site: Site, task: str, brake: Brake
) -> None:
    await watch(example, site.url, task, site.api_key)

    shown = example.get_by_role("region", name="Progress of Image analysis")
    await expect(shown).to_contain_text("of 300 images")
    await expect(shown.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0")
    await shown.get_by_role("switch", name="Live").click()
    complaints = await seen_by_axe(example, "meanwhile-task")
    await shown.get_by_role("switch", name="Paused").click()
    brake.let_go()

    await expect(shown).to_contain_text("Completed")
    await expect(example.locator("output")).to_have_text("it has ended: completed")
    assert complaints == []


async def test_it_goes_on_behind_its_last_event_after_a_restart_with_a_new_ticket(
    example: Page, site: Site, task: str, brake: Brake, wire: Wire, provoked: list[str]
) -> None:
    provoked.extend(["ERR_", "CORS"])
    streams: list[Request] = []
    example.on("request", lambda asked: streams.append(asked) if "ticket=" in asked.url else None)
    await watch(example, wire.url, task, site.api_key, tickets=True)
    shown = example.get_by_role("region", name="Progress of Image analysis")
    await expect(shown.get_by_role("switch", name="Live")).to_be_visible()

    wire.cut()
    await expect(shown.get_by_role("switch", name="Reconnecting…")).to_be_visible()
    wire.mend()
    await expect(shown.get_by_role("switch", name="Live")).to_be_visible()
    brake.let_go()

    await expect(shown).to_contain_text("Completed")
    heard = [asked for asked in streams if asked.method == "GET"]
    assert len({asked.url for asked in heard}) == len(heard) > 1
    assert int(await heard[-1].header_value("last-event-id") or 0) > 0


async def test_who_looks_by_ticket_is_offered_nothing_to_change(
    example: Page, site: Site, task: str
) -> None:
    await watch(example, site.url, task, site.api_key, tickets=True)

    shown = example.get_by_role("region", name="Progress of Image analysis")
    await expect(shown.get_by_role("switch", name="Live")).to_be_visible()
    await expect(shown.get_by_role("button", name="Cancel")).to_have_count(0)
    await expect(shown.get_by_text("Log", exact=False)).to_have_count(0)


async def test_who_may_not_cancel_is_told_so_and_the_owner_cancels(
    example: Page, site: Site, datasets: Datasets, busy: str, task: str, provoked: list[str]
) -> None:
    provoked.append("403")
    datasets.client.patch(f"{API}/datasets/{busy}", json={"visibility": "everyone"})
    key = site.command("key", "--user", "onlooker", "--role", "viewer").split()[-1]
    await watch(example, site.url, task, key)
    shown = example.get_by_role("region", name="Progress of Image analysis")

    await shown.get_by_role("button", name="Cancel").click()
    await expect(shown.get_by_role("alert")).to_contain_text("Only whoever started it")
    await watch(example, site.url, task, site.api_key)
    await shown.get_by_role("button", name="Cancel").click()

    await expect(shown.get_by_text("Cancelled", exact=True)).to_be_visible()


async def test_a_task_that_nobody_has_is_said(
    example: Page, site: Site, provoked: list[str]
) -> None:
    provoked.append("404")

    await watch(example, site.url, "00000000-0000-0000-0000-000000000000", site.api_key)

    await expect(example.get_by_text("There is no such task")).to_be_visible()


async def test_it_speaks_as_the_page_around_it_and_stops_when_it_is_taken_out(
    example: Page, site: Site, task: str
) -> None:
    await example.evaluate("document.documentElement.lang = 'ko-KR'")
    streams: list[Request] = []
    await watch(example, site.url, task, site.api_key)
    await expect(example.get_by_role("button", name="취소")).to_be_visible()
    example.on("requestfailed", lambda asked: streams.append(asked))

    async with example.expect_event("requestfailed", lambda asked: bool(STREAM.search(asked.url))):
        await example.evaluate("document.querySelector('meanwhile-task').remove()")

    assert await example.evaluate("document.documentElement.lang") == "ko-KR"
