"""Exploring a dataset: its health, its labels and splits, and what leaks between them."""

import io
import re

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe
from tests.pictures import photograph

MAKE, POSITION = 0x010F, 0x8825
DETAILS, TAKEN = 0x8769, 0x9003

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def picture(seed: int, exif: Image.Exif | None = None) -> bytes:
    photograph(seed).save(buffer := io.BytesIO(), "JPEG", exif=exif or Image.Exif())
    return buffer.getvalue()


def located() -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE] = "Leica"
    exif.get_ifd(POSITION).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return exif


def taken(moment: str) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE] = "Leica"
    exif.get_ifd(DETAILS)[TAKEN] = moment
    return exif


@pytest.fixture
def leaking(datasets: Datasets) -> str:
    """Two labels in two splits; a picture of train is in test, and a cat is a dog too."""
    id_ = datasets.empty()
    for path, seed in (
        ("train/cats/1.jpg", 901),
        ("train/cats/2.jpg", 902),
        ("train/cats/both.jpg", 903),
        ("train/dogs/both.jpg", 903),
        ("test/dogs/4.jpg", 904),
        ("test/cats/leaked.jpg", 901),
    ):
        datasets.put(id_, path, picture(seed))
    datasets.put(id_, "train/dogs/located.jpg", picture(905, located()))
    return id_


async def test_an_exploration_shows_health_labels_leaks_and_positions(
    page: Page, leaking: str
) -> None:
    await page.goto(f"/datasets/{leaking}/exploration")

    await page.get_by_role("button", name="Explore", exact=True).click()

    region = page.get_by_role("region", name="Exploration")
    await expect(region.get_by_text(re.compile(r"^\d+ of 100$"))).to_be_visible()
    labels = region.get_by_role("table", name=re.compile("^Labels"))
    await expect(labels.get_by_role("row").filter(has_text="cats")).to_contain_text("4")
    splits = region.get_by_role("region", name=re.compile("^Splits"))
    await expect(splits.get_by_role("row").filter(has_text="test")).to_be_visible()
    conflicts = region.get_by_role("region", name="Copies under several labels")
    await expect(conflicts.locator(".picture")).to_have_count(2)
    leaks = region.get_by_role("region", name="Copies in several splits")
    await expect(leaks.locator(".picture").filter(has_text="leaked.jpg")).to_contain_text("test")
    await expect(region.get_by_text("1 picture tells where it was taken")).to_be_visible()
    await expect(region.get_by_role("row").filter(has_text="Leica")).to_be_visible()
    assert await seen_by_axe(page) == []


async def test_a_clock_that_is_wrong_by_ages_is_drawn_with_the_others(
    page: Page, datasets: Datasets
) -> None:
    id_ = datasets.empty()
    for n, year in enumerate(("2021", "2022", "9999")):
        datasets.put(id_, f"{year}.jpg", picture(911 + n, taken(f"{year}:12:31 10:00:00")))
    datasets.done(id_, "eda")

    await page.goto(f"/datasets/{id_}/exploration")

    timeline = page.locator(".timeline")
    bars = timeline.locator("span")
    await expect(bars).to_have_count(3)
    last, whole = await bars.last.bounding_box(), await timeline.bounding_box()
    assert last is not None
    assert whole is not None
    assert last["width"] >= 1
    assert last["x"] + last["width"] <= whole["x"] + whole["width"] + 1
