"""Groups of pictures on the page of a dataset."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_pictures_are_grouped_and_it_is_said_why(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    id_ = datasets.filled(sample_folder)
    await page.goto(f"/datasets/{id_}/groups")
    section = page.get_by_role("region", name="Groups of pictures that look alike")

    await section.get_by_role("button", name="Group pictures").click()

    await expect(section.get_by_role("button", name="Group again")).to_be_visible()
    cards = section.locator(".group")
    await expect(cards.first).to_contain_text("Group 0")
    assert await cards.first.locator(".picture").count() > 0
    await section.locator("summary").first.click()
    rows = section.get_by_role("table").locator("tbody tr")
    await expect(rows.filter(has_text="chosen")).to_have_count(1)
    assert await seen_by_axe(page) == []


async def test_of_too_few_pictures_it_says_that_nobody_can_tell(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    id_ = datasets.empty()
    picture = next((sample_folder / "dogs").iterdir())
    datasets.put(id_, "one.jpg", picture.read_bytes())
    await page.goto(f"/datasets/{id_}/groups")

    await page.get_by_role("button", name="Group pictures").click()

    await expect(page.locator(".clusters .notice")).to_contain_text("take 20 or more")
