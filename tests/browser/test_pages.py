"""What a person does: sign in, make a dataset, press Analyse, watch, and look at what was found."""

import os
import re
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from deploy.local.sample import write_sample
from tests.browser.datasets import Datasets
from tests.conftest import Site
from tests.integration.test_api import API

SHOT = os.environ.get("MEANWHILE_SCREENSHOT")
"""Where the picture of the README is to be renewed."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def analyse(page: Page) -> None:
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()


async def turn_to(page: Page, part: str) -> None:
    """Goes to a tab of a dataset."""
    await (
        page.get_by_role("navigation", name="Parts of the dataset")
        .get_by_role("link", name=part)
        .click()
    )


async def choose(page: Page, issue: str) -> None:
    await page.get_by_role("button", name=re.compile(f"^{issue}")).click()


async def test_a_person_creates_a_dataset_and_imports_a_folder(
    page: Page, sample_folder: Path
) -> None:
    name = f"holiday {uuid4()}"
    await page.goto("/")
    await page.get_by_label("New dataset").fill(name)
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()

    await page.get_by_label("Folder on the server").fill(str(sample_folder))
    await page.get_by_role("button", name="Import").click()

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^\d\d pictures$"))).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^\d\d added, 0 unchanged"))).to_be_visible()


async def test_an_analysis_is_watched_live_and_its_findings_appear(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    await page.goto(f"/datasets/{datasets.filled(sample_folder)}")

    await analyse(page)

    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    await turn_to(page, "Issues")
    await choose(page, "Dark")
    panel = page.locator(".issue-panel")
    await expect(panel.get_by_text("dark.jpg", exact=True)).to_be_visible()
    await expect(page.get_by_text(re.compile(r"brightest 1 % at 0\.\d\d"))).to_be_visible()
    await choose(page, "Unreadable")
    row = page.get_by_role("row").filter(has_text="header_bomb.png")
    await expect(row).to_contain_text("Too many pixels")
    await turn_to(page, "Duplicates")
    near = page.get_by_role("region", name="Near duplicates")
    await expect(near.locator(".group").filter(has_text="again.jpg").locator("img")).to_have_count(
        3
    )


async def test_findings_fill_in_while_the_work_runs(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()

    overview = page.get_by_role("region", name="Overview so far")
    await expect(overview.get_by_text("JPEG")).to_be_visible()

    await expect(page.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "100")


async def test_an_unchanged_dataset_shows_the_analysis_that_it_has(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}")

    await page.get_by_role("button", name="Analyse again").click()

    await expect(page.get_by_text(re.compile("^Nothing has changed since"))).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_count(0)


async def test_an_analysis_is_not_said_to_hold_once_there_are_other_pictures(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    id_ = datasets.filled(sample_folder)
    datasets.analysed(id_)
    await page.goto(f"/datasets/{id_}")
    await page.get_by_role("button", name="Analyse again").click()
    unchanged = page.get_by_text(re.compile("^Nothing has changed since"))
    await expect(unchanged).to_be_visible()

    more: FilePayload = {"name": "more.jpg", "mimeType": "image/jpeg", "buffer": b"another"}
    await page.get_by_label("Choose files").set_input_files([more])

    await expect(unchanged).to_have_count(0)


async def test_a_page_that_could_not_be_loaded_is_there_at_the_second_try_and_hears_once(
    page: Page, datasets: Datasets, provoked: list[str]
) -> None:
    address = f"/datasets/{datasets.empty()}"
    provoked.append("503")

    async def stumble(route: Route) -> None:
        await route.fulfill(status=503, json={"code": "away", "title": "Away", "detail": "Later."})

    await page.route("**/tasks?*", stumble)
    await page.goto(address)
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await page.unroute("**/tasks?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_label("Choose files")).to_be_attached()
    looks: list[str] = []
    page.on("request", lambda request: looks.append(request.url.removesuffix(address)))

    more: FilePayload = {"name": "more.jpg", "mimeType": "image/jpeg", "buffer": b"another"}
    await page.get_by_label("Choose files").set_input_files([more])

    await expect(page.get_by_text("1 picture", exact=True)).to_be_visible()
    assert looks.count(f"{page.url.removesuffix(address)}{API}") == 1


async def test_a_chosen_issue_survives_a_reload(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}/issues")
    await choose(page, "Grayscale")

    await page.reload()

    await expect(page.get_by_role("heading", name=re.compile("^Grayscale"))).to_be_visible()


async def test_attributes_stand_in_the_order_of_their_use_with_units(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}/attributes")

    charts = page.get_by_role("figure")
    await expect(charts).to_have_count(19)
    first = [await charts.nth(n).get_by_role("img").get_attribute("aria-label") for n in (0, 3)]

    assert first[0] is not None
    assert re.match(r"Width: \d+ pictures from \d+ px to [\d,]+ px", first[0])
    assert first[1] is not None
    assert re.match(r"File size: \d+ pictures from [\d.]+ (bytes|kB) to", first[1])


async def test_the_log_of_a_task_is_there_to_be_read(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}")

    await page.get_by_text("Log", exact=False).first.click()

    await expect(page.locator(".log-line").first).to_contain_text("started")


async def test_a_reload_in_the_middle_goes_on_watching(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("switch", name="Live")).to_be_visible()

    await page.reload()

    await expect(page.get_by_role("switch", name="Live")).to_be_visible()


async def test_a_running_analysis_can_be_cancelled(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()

    await page.get_by_role("button", name="Cancel", exact=True).click()

    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


async def test_whoever_is_signed_out_signs_in_and_comes_back_to_the_page(
    stranger: Page, site: Site, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["401"])
    await stranger.goto(f"/datasets/{analysed}?issue=dark")
    await expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
    asked = stranger.url.partition("?")[2]

    await stranger.goto(site.sign_in_path().replace("#", f"?{asked}#"))

    await expect(stranger.get_by_role("heading", name=re.compile("^Dark"))).to_be_visible()


async def test_a_session_that_ends_leads_through_a_plain_link_back_to_the_same_view(
    page: Page, site: Site, provoked: list[str]
) -> None:
    provoked.extend(["401"])
    await page.goto("/?q=holiday&sort=name")
    await expect(page.get_by_label("New dataset")).to_be_visible()
    await page.context.clear_cookies()

    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.goto(site.sign_in_path())

    await expect(page.get_by_role("searchbox")).to_have_value("holiday")
    assert page.url.endswith("/?q=holiday&sort=name")


async def test_a_tab_goes_on_whose_person_has_signed_in_in_another(
    page: Page, site: Site, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["401"])
    await page.goto(f"/datasets/{analysed}?issue=dark")
    await expect(page.get_by_role("heading", name=re.compile("^Dark"))).to_be_visible()
    await page.context.clear_cookies()
    await page.reload()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    other = await page.context.new_page()
    await other.goto(site.sign_in_path())
    await expect(other.get_by_role("heading", name=re.compile("^Dark"))).to_be_visible()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    await expect(page.get_by_role("heading", name=re.compile("^Dark"))).to_be_visible()


async def test_a_used_link_says_what_to_do(stranger: Page, site: Site, provoked: list[str]) -> None:
    provoked.extend(["40"])
    path = site.sign_in_path()
    token = path.partition("#")[2]
    httpx2.post(f"{site.url}{API}/session", json={"token": token})

    await stranger.goto(path)

    await expect(stranger.get_by_text("This link does not work any more")).to_be_visible()


async def test_the_pages_speak_korean(page: Page) -> None:
    await page.goto("/")
    await page.get_by_role("combobox", name="Language").select_option("ko")

    await expect(page.locator("html")).to_have_attribute("lang", "ko")
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("Datasets")


@pytest.mark.skipif(SHOT is None, reason="MEANWHILE_SCREENSHOT names no file")
async def test_photographs_are_shown_as_the_readme_shows_them(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    photographs = sample_folder.parent / "photographs"
    write_sample(photographs)
    await page.emulate_media(reduced_motion="reduce")
    await page.set_viewport_size({"width": 1440, "height": 1200})
    id_ = datasets.filled(photographs, "Photographs")
    for type_ in ("image_analysis", "clustering", "eda"):
        datasets.done(id_, type_)
    await page.goto(f"/datasets/{id_}")

    await expect(page.get_by_role("region", name="Groups").get_by_text("Group 0")).to_be_visible()
    pictures = page.locator(".dataset-page img")
    for n in range(await pictures.count()):
        await expect(pictures.nth(n)).to_have_js_property("complete", True)

    await page.screenshot(path=SHOT)
