"""The pictures of a dataset, and what its owner may change."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def labelled(datasets: Datasets) -> str:
    """Not analysed; `night/` has two of its three pictures."""
    id_ = datasets.empty()
    for path in ("train/night/1.jpg", "test/night/2.jpg", "day/3.jpg"):
        datasets.put(id_, path, f"{path} {uuid4()}".encode())
    return id_


async def test_pictures_are_filtered_by_label_and_the_address_keeps_it(
    page: Page, labelled: str
) -> None:
    await page.goto(f"/datasets/{labelled}/pictures")
    pictures = page.locator(".items .picture")
    await expect(pictures).to_have_count(3)

    await page.get_by_role("combobox", name="Label").select_option("night")
    await expect(pictures).to_have_count(2)
    await page.get_by_role("combobox", name="Order").select_option("Newest first")
    await expect(pictures.first).to_contain_text("2.jpg")
    await page.reload()

    await expect(pictures).to_have_count(2)
    await expect(pictures.first).to_contain_text("2.jpg")


async def test_pictures_with_an_issue_come_worst_first_with_what_was_measured(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}/pictures")

    await page.get_by_role("combobox", name="Issue").select_option(label="Dark (1)")

    pictures = page.locator(".items .picture")
    await expect(pictures).to_have_count(1)
    await expect(pictures).to_contain_text("dark.jpg")
    await expect(pictures).to_contain_text("brightest 1 % at")


async def test_a_picture_is_a_link_to_all_of_it(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}/pictures?flagged=dark")

    link = page.locator(".items").get_by_role("link", name="dark.jpg")

    answer = await page.request.get(await link.get_attribute("href") or "")
    assert answer.headers["content-type"] == "image/jpeg"


async def test_an_item_is_removed_once_that_is_confirmed(page: Page, labelled: str) -> None:
    await page.goto(f"/datasets/{labelled}/pictures")
    await page.locator(".picture").filter(has_text="3.jpg").hover()
    await page.get_by_role("button", name="Remove day/3.jpg").click()

    dialog = page.get_by_role("dialog", name="Remove “day/3.jpg”?")
    complaints = await seen_by_axe(page)
    await dialog.get_by_role("button", name="Remove", exact=True).click()

    await expect(page.locator(".items .picture")).to_have_count(2)
    await expect(page.get_by_text("2 pictures", exact=True)).to_be_visible()
    assert complaints == []


async def test_a_stale_analysis_says_by_how_much_and_is_made_again(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    id_ = datasets.filled(sample_folder / "dogs")
    datasets.analysed(id_)
    datasets.put(id_, "one.jpg", b"one")
    datasets.put(id_, "two.jpg", b"two")
    await page.goto(f"/datasets/{id_}")
    notice = page.locator(".notice").filter(has_text="2 items have come or gone")

    await notice.get_by_role("button", name="Analyse again").click()

    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    await expect(notice).to_have_count(0)


async def test_a_dataset_is_renamed_shared_and_deleted(page: Page, datasets: Datasets) -> None:
    id_, other, name = datasets.empty(), datasets.empty(), f"renamed {uuid4()}"
    await page.goto(f"/datasets/{id_}")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("For everyone").check()
    complaints = await seen_by_axe(page)
    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await expect(page.get_by_text("For everyone", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Delete “renamed"))
    await dialog.get_by_role("button", name="Delete dataset").click()

    await expect(page.get_by_role("heading", name="Datasets")).to_be_visible()
    await expect(page.locator(f"a[href$='{other}']")).to_be_visible()
    await expect(page.locator(f"a[href$='{id_}']")).to_have_count(0)
    assert complaints == []


async def test_a_name_that_is_taken_is_told_where_it_was_typed(
    page: Page, datasets: Datasets, provoked: list[str]
) -> None:
    provoked.append("409")
    taken = f"taken {uuid4()}"
    datasets.empty(taken)
    await page.goto(f"/datasets/{datasets.empty()}")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Name").fill(taken)

    await page.get_by_role("button", name="Save").click()

    await expect(page.get_by_role("dialog").get_by_text("you have a dataset named")).to_be_visible()


async def test_escape_closes_a_dialog_and_gives_the_focus_back(page: Page, labelled: str) -> None:
    await page.goto(f"/datasets/{labelled}")
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("dialog")).to_be_visible()

    await page.keyboard.press("Escape")

    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Settings")).to_be_focused()
