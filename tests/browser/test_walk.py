"""A walk: from an empty service to a pair of near duplicates and a verdict on drift."""

import os
import re
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageEnhance
from playwright.async_api import Browser, Locator, Page, expect

from deploy.local.sample import write_sample
from service.settings import Settings
from tests.browser.conftest import listened_to
from tests.conftest import Web, running, running_web

FOLDER = os.environ.get("MEANWHILE_WALK")
"""Where the pictures of docs/walk.md are to be renewed."""

PATIENCE_MS = 120_000
SEEN = """() => [...document.images].every((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return image.complete || bottom < 0 || top > innerHeight;
})"""
"""Every picture that is on the screen."""
DARKER = 0.75

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(FOLDER is None, reason="MEANWHILE_WALK names no folder"),
]


@pytest.fixture
def fresh(settings: Settings, tmp_path: Path) -> Generator[Web]:
    """A service that nobody has used yet."""
    with (
        running_web(settings, {"IMPORT_ROOTS": str(tmp_path)}) as web,
        running(web.environment, "-m", "worker"),
    ):
        yield web


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, fresh: Web) -> AsyncGenerator[Page]:
    async with listened_to(browser, fresh, [], None) as opened:
        await opened.emulate_media(reduced_motion="reduce")
        await opened.goto(fresh.sign_in_path())
        await opened.wait_for_url("**/")
        yield opened


def write_later(folder: Path, before: Path) -> None:
    """The same subjects in less light."""
    folder.mkdir()
    for path in sorted(before.glob("*/IMG_*.jpg"))[::2]:
        with Image.open(path) as picture:
            dark = ImageEnhance.Brightness(picture.convert("RGB")).enhance(DARKER)
            dark.save(folder / f"{path.parent.name} {path.name}", quality=88)


async def shot(page: Page, name: str, *, at: Locator | None = None) -> None:
    """The screen from its top, or from an element on."""
    top = await at.evaluate("element => element.getBoundingClientRect().top + scrollY") if at else 0
    await page.evaluate("top => scrollTo(0, top - 70)", top)
    await page.wait_for_function(SEEN)
    await page.screenshot(path=Path(FOLDER or "") / f"{name}.jpg", type="jpeg", quality=82)


async def bring(page: Page, name: str, folder: Path) -> None:
    """A new dataset with what is in a folder."""
    await page.goto("/")
    await page.get_by_label("New dataset").fill(name)
    await page.get_by_role("button", name="Create").click()
    await page.get_by_label("Folder on the server").fill(str(folder))
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=PATIENCE_MS)


async def tab(page: Page, name: str) -> None:
    parts = page.get_by_role("navigation", name="Parts of the dataset")
    await parts.get_by_role("link", name=name).click()


async def test_a_person_finds_near_duplicates_and_learns_of_drift(
    page: Page, tmp_path: Path
) -> None:
    write_sample(tmp_path / "photographs")
    write_later(tmp_path / "later", tmp_path / "photographs")
    await expect(page.get_by_label("New dataset")).to_be_visible()
    await shot(page, "1-empty")

    await bring(page, "Photographs", tmp_path / "photographs")
    await shot(page, "2-imported")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    bar = page.get_by_role("progressbar")
    await expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[3-9]\d"))
    await shot(page, "3-live")
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible(
        timeout=PATIENCE_MS
    )
    await page.get_by_role("button", name="Group").click()
    await expect(page.get_by_text("Group 0")).to_be_visible(timeout=PATIENCE_MS)
    await shot(page, "4-overview", at=page.locator(".parts"))

    await tab(page, "Duplicates")
    await expect(page.get_by_role("heading", name="Near duplicates")).to_be_visible()
    await shot(page, "5-near-duplicates", at=page.get_by_role("heading", name="Near duplicates"))

    await tab(page, "Studio")
    await expect(page.locator(".chips-count").first).to_be_visible()
    await shot(page, "6-studio", at=page.locator(".parts"))

    await bring(page, "Later photographs", tmp_path / "later")
    await page.goto("/drift")
    await page.get_by_label("Dataset of the reference").select_option(label="Photographs")
    await page.get_by_label("Dataset to compare").select_option(label="Later photographs")
    await page.get_by_role("button", name="Compare", exact=True).click()
    verdict = page.get_by_text("Later photographs has drifted")
    await expect(verdict).to_be_visible(timeout=PATIENCE_MS)
    await shot(page, "7-drift")

    await page.goto("/")
    await expect(page.locator(".card:not(.skeleton)")).to_have_count(2)
    await shot(page, "8-datasets")
