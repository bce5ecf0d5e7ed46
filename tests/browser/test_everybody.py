"""Pages for everybody: by keyboard alone, by ear, on a phone, in the dark."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MISSING = "/datasets/00000000-0000-0000-0000-000000000000"
TABS = 40
WIDTHS = (360, 390, 1024, 1440)
FOCUSED = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label')"
HEAR = """
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target.closest ? target : target.parentElement;
      const region = element?.closest('[aria-live=polite]');
      if (region?.textContent) window.heard.push(region.textContent);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
"""


async def tab_to(page: Page, words: str) -> None:
    for _ in range(TABS):
        await page.keyboard.press("Tab")
        if words in (await page.evaluate(FOCUSED) or ""):
            return
    raise AssertionError(f"{words!r} cannot be reached by Tab")


async def test_an_analysis_needs_no_more_than_a_keyboard_and_an_ear(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    await page.goto(f"/datasets/{datasets.filled(sample_folder)}")
    await expect(page.get_by_role("button", name="Analyse", exact=True)).to_be_visible()
    await page.evaluate(HEAR)

    await tab_to(page, "Analyse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
    focused = await page.evaluate(FOCUSED)
    await tab_to(page, "Grayscale")
    await page.keyboard.press("Space")

    assert focused == "Analyse again"
    await expect(page.locator(".issue-panel").get_by_text("grey.jpg", exact=True)).to_be_visible()
    heard: list[str] = await page.evaluate("window.heard")
    assert heard[-1].startswith("Image analysis: Completed, 100%")
    assert len(heard) <= 4


async def test_focus_can_be_seen(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}")
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()

    for words in ("Datasets", "Analyse again", "Add pictures", "CSV", "Dark"):
        await tab_to(page, words)
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", words


async def places(page: Page, analysed: str, empty: str) -> AsyncIterator[str]:
    """Goes through every page and its states, and tells where it is."""
    await page.goto("/")
    await expect(page.locator(f"a[href$='{analysed}']")).to_be_visible()
    yield "datasets"
    await page.goto(f"/datasets/{empty}")
    await expect(page.get_by_text("This dataset is empty")).to_be_visible()
    await page.get_by_label("Choose files").set_input_files(
        [{"name": "..", "mimeType": "image/jpeg", "buffer": b"1"}]
    )
    await expect(page.get_by_text("1 not added").first).to_be_visible()
    yield "an empty dataset after an upload that was refused"
    for issue in ("near_duplicates", "unreadable"):
        await page.goto(f"/datasets/{analysed}?issue={issue}")
        await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
        if issue != "unreadable":
            yield f"findings, {issue}"
    await page.get_by_text("Add pictures").click()
    await page.locator(".log > summary").click()
    await page.get_by_role("button", name="Show Width as a table").click()
    await expect(page.locator(".log-line").first).to_be_visible()
    yield "findings, unreadable, with everything open"
    await page.goto(MISSING)
    await expect(page.get_by_text("There is no such dataset")).to_be_visible()
    yield "no such dataset"
    await page.goto("/sign-in")
    await expect(page.get_by_role("link", name="Continue")).to_be_visible()
    yield "signed in already"
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    yield "signed out"


async def seen_by_axe(page: Page) -> list[str]:
    """What it objects to in light, and to the contrasts in dark, where nothing else differs."""
    found: list[str] = []
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        # without motion, or axe may look at a colour on its way to another
        wanted = "dark" if scheme == "dark" else "light"
        await page.emulate_media(color_scheme=wanted, reduced_motion="reduce")
        told = await Axe().run(page, options={"resultTypes": ["violations"], **rules})
        found += [
            f"{scheme}, {violation['id']} ({violation['impact']}): {node['html'][:200]}"
            for violation in told.response["violations"]
            for node in violation["nodes"]
        ]
    return found


async def test_axe_finds_nothing_to_object_to(
    own_page: Page, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["404", "401", "422"])
    found: dict[str, list[str]] = {}

    async for place in places(own_page, analysed, datasets.empty()):
        found[place] = await seen_by_axe(own_page)

    assert {place: said for place, said in found.items() if said} == {}


async def test_axe_finds_nothing_while_a_task_runs(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("region", name="Overview so far")).to_be_visible()
    await page.get_by_role("switch", name="Live").click()

    found = await seen_by_axe(page)

    assert found == []


async def test_nothing_scrolls_sideways(
    own_page: Page, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["404", "401", "422"])
    wider: dict[tuple[str, int], int] = {}

    async for place in places(own_page, analysed, datasets.empty()):
        for width in WIDTHS:
            await own_page.set_viewport_size({"width": width, "height": 850})
            wider[place, width] = await own_page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )

    assert {at: pixels for at, pixels in wider.items() if pixels > 0} == {}


async def test_the_header_is_one_line_at_every_width(page: Page) -> None:
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Datasets")).to_be_visible()
    heights: set[float] = set()

    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 850})
        heights.add(await page.evaluate("document.querySelector('.site-header').offsetHeight"))

    assert len(heights) == 1


async def test_motion_is_left_out_for_whoever_asks_for_that(page: Page, analysed: str) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await page.goto(f"/datasets/{analysed}")

    moving = await page.evaluate("""
      [...document.querySelectorAll('*')].filter((each) => {
        const { transitionDuration, animationDuration } = getComputedStyle(each);
        return transitionDuration !== '0s' || animationDuration !== '0s';
      }).length""")

    assert moving == 0
