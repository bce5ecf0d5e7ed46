"""Pages for everybody: by keyboard alone, by ear, on a phone, in the dark."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.integration.test_api import API

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MISSING = "/datasets/00000000-0000-0000-0000-000000000000"
TABS = 40
TEXT_GROWS = 0.0001
"""What a word of one digit more moves in its own place; Chromium counts from 0 to 1."""
WIDTHS = (360, 390, 1024, 1440)
FOCUSED = "document.activeElement.innerText || document.activeElement.getAttribute('aria-label')"
WATCH_SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
      window.shifts.push([value, ...sources.map(({ node }) => node?.className ?? '')]);
    }
  }).observe({ type: 'layout-shift' });
"""
UNTIL = """
  percent => new Promise((resolve) => {
    const bar = document.querySelector('[role=progressbar]');
    const look = () => (bar.ariaValueNow >= percent ? resolve() : setTimeout(look, 50));
    look();
  })
"""
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
    await tab_to(page, "Issues")
    await page.keyboard.press("Enter")
    await tab_to(page, "Grayscale")
    await page.keyboard.press("Space")

    assert focused == "Analyse again"
    await expect(page.locator(".issue-panel").get_by_text("grey.jpg", exact=True)).to_be_visible()
    heard: list[str] = await page.evaluate("window.heard")
    assert heard[-1].startswith("Image analysis: Completed, 100%")
    assert len(heard) <= 4


async def test_focus_can_be_seen(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}/issues")
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()

    for words in ("Datasets", "Analyse again", "Attributes", "CSV", "Dark"):
        await tab_to(page, words)
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", words


async def places(page: Page, analysed: str, empty: str) -> AsyncIterator[str]:
    """Goes through every page and its states, and tells where it is."""
    await page.goto("/")
    await expect(page.locator(f"a[href$='{analysed}']")).to_be_visible()
    yield "datasets"
    await page.goto("/?q=no+such+name&sort=name")
    await expect(page.get_by_text("No dataset is called that")).to_be_visible()
    yield "no dataset of that name"
    nothing = {"items": [], "next_cursor": None}
    await page.route("**/datasets?*", lambda route: route.fulfill(json=nothing))
    await page.goto("/")
    await expect(page.get_by_text("Press Analyse.")).to_be_visible()
    yield "the first step"
    await page.unroute("**/datasets?*")
    await page.route("**/datasets?*", lambda route: route.fulfill(status=503))
    await page.goto("/")
    await expect(page.get_by_text("The datasets could not be loaded")).to_be_visible()
    yield "datasets that could not be loaded"
    await page.unroute("**/datasets?*")
    await page.goto(f"/datasets/{empty}")
    await expect(page.get_by_text("This dataset is empty")).to_be_visible()
    await page.get_by_label("Choose files").set_input_files(
        [{"name": "..", "mimeType": "image/jpeg", "buffer": b"1"}]
    )
    await expect(page.get_by_text("1 not added").first).to_be_visible()
    yield "an empty dataset after an upload that was refused"
    for part in ("duplicates", "issues?issue=unreadable", "exploration", "groups"):
        await page.goto(f"/datasets/{analysed}/{part}")
        await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
        yield part
    await page.goto(f"/datasets/{analysed}/pictures?flagged=dark")
    await expect(page.locator(".items .picture")).to_have_count(1)
    yield "pictures"
    await page.goto(f"/datasets/{analysed}/attributes")
    await page.get_by_role("button", name="Show Width as a table").click()
    yield "attributes, one as a table"
    await page.goto(f"/datasets/{analysed}")
    await page.get_by_text("Add pictures").click()
    await page.locator(".log > summary").click()
    await expect(page.locator(".log-line").first).to_be_visible()
    await expect(page.get_by_role("region", name="Groups").get_by_text("Group 0")).to_be_visible()
    yield "the overview, with everything open"
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    yield "settings"
    await page.get_by_role("button", name="Delete…").click()
    await expect(page.get_by_role("button", name="Delete dataset")).to_be_visible()
    yield "about to delete"
    await page.goto(f"/drift?reference={analysed}")
    await expect(page.locator("#main h1")).to_be_visible()
    yield "drift"
    await page.goto(MISSING)
    await expect(page.get_by_text("There is no such dataset")).to_be_visible()
    yield "no such dataset"
    await page.goto("/sign-in")
    await expect(page.get_by_role("link", name="Continue")).to_be_visible()
    yield "signed in already"
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    yield "signed out"


async def seen_by_axe(page: Page, within: str = "html") -> list[str]:
    """What it objects to in light, and to the contrasts in dark, where nothing else differs."""
    found: list[str] = []
    for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
        # without motion, or axe may look at a colour on its way to another
        wanted = "dark" if scheme == "dark" else "light"
        await page.emulate_media(color_scheme=wanted, reduced_motion="reduce")
        told = await Axe().run(
            page, context={"include": [[within]]}, options={"resultTypes": ["violations"], **rules}
        )
        found += [
            f"{scheme}, {violation['id']} ({violation['impact']}): {node['html'][:200]}"
            for violation in told.response["violations"]
            for node in violation["nodes"]
        ]
    return found


async def test_axe_finds_nothing_to_object_to(
    own_page: Page, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["404", "401", "422", "503"])
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


async def test_axe_finds_nothing_on_a_card_whose_analysis_runs(
    page: Page, datasets: Datasets, busy: str
) -> None:
    await page.goto("/")
    card = page.locator(f".card:has(a[href$='{busy}'])")
    await card.get_by_role("button", name="Analyse").click()
    await expect(card.locator(".running-badge")).to_be_visible()

    found = await seen_by_axe(page)

    assert found == []


async def test_nothing_moves_while_numbers_change(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await expect(page.get_by_role("region", name="Overview so far")).to_be_visible()
    bar = page.get_by_role("progressbar")
    begun = int(await bar.get_attribute("aria-valuenow") or 0)

    await page.evaluate(WATCH_SHIFTS)
    await page.evaluate(UNTIL, begun + 3)

    shifts: list[list[float | str]] = await page.evaluate("window.shifts")
    assert [shift for shift in shifts if float(shift[0]) > TEXT_GROWS] == []


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>" * 7,
        "שלום العربية " * 15,
        "👨‍👩‍👧‍👦🦝" * 20,
        "W" * 200,
    ],
    ids=["HTML", "right to left", "emoji", "one long word"],
)
async def test_names_of_others_are_text_that_breaks_nothing(
    page: Page, datasets: Datasets, sample_folder: Path, name: str
) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    id_ = datasets.empty(f"{name[:190]} {uuid4().hex[:8]}")
    told = datasets.client.get(f"{API}/datasets/{id_}").json()["name"]
    picture = next((sample_folder / "dogs").iterdir()).read_bytes()
    datasets.put(id_, quote((name * 9).encode()[:250].decode(errors="ignore") + ".jpg"), picture)
    wider: dict[tuple[str, int], int] = {}

    for path in ("/", f"/datasets/{id_}"):
        await page.goto(path)
        await expect(page.get_by_role("heading", name=told)).to_be_visible()
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 850})
            wider[path, width] = await page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )

    assert {at: pixels for at, pixels in wider.items() if pixels > 0} == {}
    assert asked == []


async def test_nothing_scrolls_sideways(
    own_page: Page, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.extend(["404", "401", "422", "503"])
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
