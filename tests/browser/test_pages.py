"""What a person does: sign in, make a dataset, press Analyse, watch, and look at what was found."""

import os
import re
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Page, expect

from deploy.local.sample import write_sample
from tests.conftest import Site
from tests.integration.test_api import API, events

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PATIENCE_MS = 30_000


def filled_dataset(site: Site, folder: Path, name: str | None = None) -> str:
    """The id of a dataset with the pictures of a folder."""
    headers = {"Authorization": f"Bearer {site.api_key}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=60) as client:
        created = client.post(
            f"{API}/datasets", json={"name": name or f"pictures {uuid4()}"}
        ).json()
        asked = {"path": str(folder)}
        task = client.post(f"{API}/datasets/{created['id']}/import", json=asked).json()
        assert events(client, task["links"]["events"])[-1][1]["status"] == "completed"
    return created["id"]


async def analyse(page: Page) -> None:
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("heading", name="Issues")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_person_creates_a_dataset_and_imports_a_folder(
    page: Page, sample_folder: Path
) -> None:
    name = f"holiday {uuid4()}"
    await page.get_by_role("textbox").first.fill(name)
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible(timeout=PATIENCE_MS)

    await page.get_by_label("Folder on the server").fill(str(sample_folder))
    await page.get_by_role("button", name="Import").click()

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_text(re.compile(r"^\d\d pictures$"))).to_be_visible(
        timeout=PATIENCE_MS
    )


async def test_an_analysis_is_watched_live_and_its_findings_appear(
    page: Page, site: Site, sample_folder: Path, artifacts: Path
) -> None:
    await page.goto(f"/datasets/{filled_dataset(site, sample_folder)}")

    await analyse(page)

    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    await page.get_by_role("button", name=re.compile(r"^Dark")).click()
    await expect(page.get_by_text("dark.jpg", exact=True)).to_be_visible()
    await page.get_by_role("button", name=re.compile(r"^Unreadable")).click()
    await expect(page.get_by_text("header_bomb.png", exact=True)).to_be_visible()
    await expect(page.get_by_text("Too many pixels")).to_be_visible()
    await page.get_by_role("button", name=re.compile(r"^Greyscale")).click()
    await page.screenshot(path=artifacts / "findings.png", full_page=True)


async def test_a_reload_in_the_middle_goes_on_watching(page: Page, site: Site, many: Path) -> None:
    await page.goto(f"/datasets/{filled_dataset(site, many)}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("progressbar")).to_be_visible()

    await page.reload()

    await expect(page.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("heading", name="Issues")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_running_analysis_can_be_cancelled(page: Page, site: Site, many: Path) -> None:
    await page.goto(f"/datasets/{filled_dataset(site, many)}")
    await page.get_by_role("button", name="Analyse", exact=True).click()

    await page.get_by_role("button", name="Cancel", exact=True).click()

    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible(timeout=PATIENCE_MS)


async def test_a_used_link_says_what_to_do(page: Page, site: Site) -> None:
    path = site.sign_in_path()
    token = path.partition("#")[2]
    httpx2.post(f"{site.url}{API}/session", json={"token": token})
    assert page.context.browser is not None
    context = await page.context.browser.new_context(base_url=site.url)
    stranger = await context.new_page()

    await stranger.goto(path)

    await expect(stranger.get_by_text("This link does not work any more")).to_be_visible()
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 390, 1440])
async def test_nothing_scrolls_sideways(
    page: Page, site: Site, sample_folder: Path, artifacts: Path, width: int, scheme: str
) -> None:
    await page.set_viewport_size({"width": width, "height": 850})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await page.goto(f"/datasets/{filled_dataset(site, sample_folder)}")
    await analyse(page)

    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    await page.screenshot(path=artifacts / f"dataset-{width}-{scheme}.png", full_page=True)

    assert wider <= 0


async def test_the_pages_speak_korean(page: Page) -> None:
    await page.get_by_role("combobox").select_option("ko")

    await expect(page.locator("html")).to_have_attribute("lang", "ko")
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("Datasets")


async def test_photographs_are_shown_as_the_readme_shows_them(
    page: Page, site: Site, sample_folder: Path, artifacts: Path
) -> None:
    photographs = sample_folder.parent / "photographs"
    write_sample(photographs)
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(f"/datasets/{filled_dataset(site, photographs, 'photographs')}")

    await analyse(page)
    await page.get_by_role("button", name=re.compile(r"^Near duplicates")).click()

    pictures = page.locator(".gallery img")
    await expect(pictures.first).to_be_visible()
    shot = os.environ.get("MEANWHILE_SCREENSHOT") or artifacts / "photographs.png"
    await page.screenshot(path=shot)
