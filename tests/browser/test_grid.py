"""The page of all datasets: its cards live, by one stream for all tabs of a browser."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, Request, StorageState, expect

from tests.browser.brake import Brake
from tests.browser.conftest import listened_to
from tests.browser.datasets import Datasets
from tests.conftest import Site
from tests.integration.test_api import API
from tests.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ALL = re.compile(r"/api/v1/events$")
LISTS = re.compile(r"/api/v1/datasets\?")
PERCENT = re.compile(r"Analysing\s*[1-9]\d?%")


def card_of(page: Page, id_: str) -> Locator:
    return page.locator(f".card:has(a[href$='{id_}'])")


def asked_for(page: Page, address: re.Pattern[str]) -> list[Request]:
    """The requests of all tabs of a page's browser for an address, as they come."""
    asked: list[Request] = []
    page.context.on(
        "request", lambda each: asked.append(each) if address.search(each.url) else None
    )
    return asked


def analyse(datasets: Datasets, id_: str) -> None:
    asked = {"type": "image_analysis", "dataset_id": id_}
    datasets.client.post(f"{API}/tasks", json=asked).raise_for_status()


async def test_a_card_tells_live_how_far_an_analysis_is(
    page: Page, datasets: Datasets, busy: str
) -> None:
    streams, lists = asked_for(page, ALL), asked_for(page, LISTS)
    await page.goto("/")
    card = card_of(page, busy)
    await expect(card).to_contain_text("300 pictures")

    await asyncio.to_thread(analyse, datasets, busy)

    await expect(card).to_contain_text(PERCENT)
    await expect(card.locator("img")).to_have_count(4)
    assert (len(streams), len(lists)) == (1, 1)


async def test_tabs_share_one_stream_and_another_one_takes_it_over(
    page: Page, datasets: Datasets, busy: str
) -> None:
    streams = asked_for(page, ALL)
    await page.goto("/")
    await expect(card_of(page, busy)).to_be_visible()
    second = await page.context.new_page()
    await second.goto("/")
    await expect(card_of(second, busy)).to_be_visible()

    await asyncio.to_thread(analyse, datasets, busy)
    await expect(card_of(second, busy)).to_contain_text(PERCENT)
    shared = len(streams)
    await page.close()
    await asyncio.to_thread(datasets.cancel, busy)
    await expect(card_of(second, busy)).not_to_contain_text("Analysing")

    assert shared == 1
    assert len(streams) == 2


async def test_cards_stay_true_where_no_stream_can_be_had(
    page: Page, datasets: Datasets, busy: str
) -> None:
    await page.add_init_script("delete Navigator.prototype.locks")
    streams = asked_for(page, ALL)
    await page.goto("/")
    await expect(card_of(page, busy)).to_be_visible()

    await asyncio.to_thread(analyse, datasets, busy)

    await expect(card_of(page, busy)).to_contain_text("Analysing")
    assert streams == []


async def test_cards_go_on_after_a_cut_line(
    wire: Wire, page: Page, datasets: Datasets, busy: str, provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    await page.goto(f"{wire.url}/")
    await expect(card_of(page, busy)).to_be_visible()

    wire.cut()
    await asyncio.to_thread(analyse, datasets, busy)
    wire.mend()

    await expect(card_of(page, busy)).to_contain_text("Analysing")


async def test_a_card_says_that_its_analysis_no_longer_holds(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    id_ = datasets.filled(sample_folder / "dogs")
    datasets.analysed(id_)
    await page.goto("/")
    await expect(card_of(page, id_)).not_to_contain_text("since its analysis")

    datasets.put(id_, "another.jpg", b"new")
    await page.reload()

    await expect(card_of(page, id_)).to_contain_text("1 change since its analysis")


async def test_a_viewer_sees_what_is_shared_and_is_offered_nothing_to_change(
    browser: Browser, site: Site, datasets: Datasets, analysed: str
) -> None:
    shared = datasets.empty()
    datasets.client.patch(f"{API}/datasets/{shared}", json={"visibility": "everyone"})
    nobody: StorageState | None = None
    async with listened_to(browser, site, [], nobody) as page:
        await page.goto(site.command("link", "--user", "looker", "--role", "viewer"))
        await page.wait_for_url("**/")

        await expect(card_of(page, shared)).to_contain_text("No pictures yet")
        await expect(card_of(page, analysed)).to_have_count(0)
        await expect(page.get_by_label("New dataset")).to_have_count(0)
        await page.goto(f"/datasets/{shared}")

        await expect(page.get_by_text("by admin")).to_be_visible()
        await expect(page.get_by_role("button", name="Settings")).to_have_count(0)
        await expect(page.get_by_text("Add pictures")).to_have_count(0)


async def test_a_name_and_an_order_are_asked_for_and_kept_in_the_address(
    page: Page, datasets: Datasets
) -> None:
    mark = uuid4().hex
    for name in ("b", "A", "c"):
        datasets.empty(f"{name} {mark}")
    await page.goto("/")

    await page.get_by_role("searchbox").fill(mark)
    await page.get_by_label("Order").select_option("By name")
    await expect(page.locator(".card-name")).to_have_text([f"{name} {mark}" for name in "Abc"])
    await page.reload()

    await expect(page.locator(".card-name")).to_have_text([f"{name} {mark}" for name in "Abc"])
    assert page.url.endswith(f"/?q={mark}&sort=name")
    await page.locator(".site-name").click()
    await expect(page.get_by_role("searchbox")).to_have_value("")


async def test_a_name_that_nothing_has_is_said_and_all_are_shown_again(
    page: Page, datasets: Datasets
) -> None:
    id_ = datasets.empty()
    await page.goto("/?q=no+such+name")

    await expect(page.get_by_text("No dataset is called that")).to_be_visible()
    await page.get_by_role("button", name="Show all datasets").click()

    await expect(card_of(page, id_)).to_be_visible()


async def test_an_analysis_is_started_from_a_card_and_says_there_that_it_runs(
    page: Page, datasets: Datasets, busy: str
) -> None:
    submitted = asked_for(page, re.compile(r"/api/v1/tasks$"))
    await page.goto("/")
    group = card_of(page, busy).get_by_role("group")

    await group.get_by_role("button", name="Analyse").click()
    running = group.get_by_role("button", name="Analysing")
    await expect(running).to_have_attribute("aria-disabled", "true")
    await running.click(force=True)

    await expect(running).to_be_focused()
    await expect(card_of(page, busy)).to_contain_text(PERCENT)
    await expect(group.get_by_role("button", name="Explore")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    assert len(submitted) == 1


async def test_a_card_tells_what_was_found_last_and_that_nothing_has_changed(
    page: Page, datasets: Datasets, analysed: str
) -> None:
    await page.goto(datasets.listed(analysed))
    card = card_of(page, analysed)
    await expect(card.locator(".card-results")).to_contain_text(re.compile(r"Near duplicates \d+"))

    await card.get_by_role("button", name="Analyse").click()

    await expect(card).to_contain_text("nothing has changed since the last one")


async def test_a_card_keeps_its_size_while_its_analysis_comes_and_goes(
    page: Page, datasets: Datasets, busy: str, brake: Brake
) -> None:
    await page.goto("/")
    card = card_of(page, busy)
    await expect(card).to_contain_text("Not analysed yet")
    before = await card.bounding_box()

    await card.get_by_role("button", name="Analyse").click()
    await expect(card).to_contain_text(PERCENT)
    during = await card.bounding_box()
    brake.let_go()
    await expect(card.get_by_role("button", name="Analyse", exact=True)).to_be_visible()

    assert before == during == await card.bounding_box()


async def test_all_of_many_datasets_are_met_by_scrolling(page: Page, datasets: Datasets) -> None:
    mark = uuid4().hex
    for n in range(130):
        datasets.empty(f"{mark} {n}")
    lists = asked_for(page, LISTS)
    await page.goto(f"/?q={mark}")
    cards = page.locator(".card:not(.skeleton)")
    await expect(cards).not_to_have_count(0)

    await page.keyboard.press("End")
    await expect(cards).to_have_count(120)
    await page.keyboard.press("End")

    await expect(cards).to_have_count(130)
    assert len(lists) == 3
