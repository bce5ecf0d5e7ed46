"""The parts of a dataset: tabs with an address each, below its head and what runs on it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MOST_SCREENS = 3.2
LAST_OF_PARTS = {
    "Overview": ".first-pictures .picture",
    "Issues": ".issue-panel header",
    "Attributes": ".charts figure:nth-child(19)",
    "Duplicates": ".duplicates:last-child .group",
    "Groups": ".clusters > .groups > .group",
    "Exploration": "#eda-leaks",
}
"""Tabs with what each has below all else."""


def tabs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Parts of the dataset")


def tab(page: Page, name: str) -> Locator:
    return tabs(page).get_by_role("link", name=name)


async def test_a_tab_has_an_address_keeps_the_focus_and_back_leads_back(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}/issues")
    await page.get_by_role("button", name=re.compile("^Grayscale")).click()

    await tab(page, "Duplicates").press("Enter")

    await expect(page).to_have_url(re.compile(f"/datasets/{analysed}/duplicates$"))
    await expect(tab(page, "Duplicates")).to_have_attribute("aria-current", "page")
    await expect(tab(page, "Duplicates")).to_be_focused()
    await expect(page).to_have_title(re.compile("^Duplicates · "))
    await page.go_back()
    await expect(page.get_by_role("heading", name=re.compile("^Grayscale"))).to_be_visible()


async def test_a_tab_is_found_as_it_was_left(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}/pictures")
    await page.get_by_role("combobox", name="Order").select_option("Newest first")

    await tab(page, "Overview").click()
    await tab(page, "Pictures").click()

    await expect(page).to_have_url(re.compile(r"/pictures\?sort=-added$"))
    await expect(page.get_by_role("combobox", name="Order")).to_have_value("-added")


async def test_a_tab_that_is_pressed_again_keeps_what_was_chosen(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}/issues")
    await page.get_by_role("button", name=re.compile("^Grayscale")).click()

    await tab(page, "Issues").click()

    await expect(page).to_have_url(re.compile(r"/issues\?issue=grayscale$"))
    await expect(page.get_by_role("heading", name=re.compile("^Grayscale"))).to_be_visible()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("#attributes", "attributes"),
        ("#clusters", "groups"),
        ("?issue=dark", "issues?issue=dark"),
        ("?issue=near_duplicates", "duplicates"),
        ("?label=dogs&sort=-added", "pictures?label=dogs&sort=-added"),
    ],
)
async def test_an_address_of_the_one_long_page_leads_to_its_part(
    page: Page, analysed: str, before: str, now: str
) -> None:
    await page.goto(f"/datasets/{analysed}{before}")

    await expect(page).to_have_url(re.compile(re.escape(f"/datasets/{analysed}/{now}") + "$"))


async def test_what_runs_stands_above_every_tab(page: Page, busy: str) -> None:
    await page.goto(f"/datasets/{busy}/studio")
    await page.get_by_role("button", name="Analyse", exact=True).click()

    for part in ("Pictures", "Studio"):
        await tab(page, part).click()
        await expect(page.get_by_role("progressbar")).to_be_visible()


async def test_no_tab_is_a_long_page(page: Page, analysed: str) -> None:
    screens: dict[str, float] = {}
    await page.goto(f"/datasets/{analysed}")

    for part, shown in LAST_OF_PARTS.items():
        await tab(page, part).click()
        await expect(page.locator(shown).first).to_be_visible()
        screens[part] = await page.evaluate("document.body.scrollHeight / innerHeight")

    assert {part: many for part, many in screens.items() if many > MOST_SCREENS} == {}


async def test_the_overview_leads_from_a_number_to_its_pictures(page: Page, analysed: str) -> None:
    await page.goto(f"/datasets/{analysed}")
    link = page.get_by_role("link", name=re.compile("^Group 0: see the"))
    count = await link.inner_text()

    await link.click()

    await expect(page.locator(".chips-count").first).to_contain_text(f"{count} of")
    await page.go_back()
    await expect(link).to_be_visible()


async def left(page: Page) -> int:
    """How many pictures the studio shows."""
    count = page.locator(".chips-count").first
    await expect(count).to_contain_text("pictures")
    return int((await count.inner_text()).split()[0])


async def test_a_bar_of_a_histogram_leads_to_its_pictures_and_back_leads_back(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}/attributes")
    figure = page.get_by_role("figure", name="Sharpness", exact=True)
    bar = figure.locator("a.plot-bin").last
    await bar.hover()
    told = await figure.locator(".chart-foot").inner_text()

    await bar.click()

    assert await left(page) == int(told.split()[-2])
    await page.go_back()
    await expect(figure).to_be_visible()


async def test_a_range_drawn_on_a_histogram_leads_to_its_pictures(
    page: Page, analysed: str
) -> None:
    await page.goto(f"/datasets/{analysed}/attributes")
    bars = page.get_by_role("figure", name="Brightness", exact=True).locator(".plot-bin")
    await bars.first.hover()
    await page.mouse.down()
    await bars.last.hover()
    await page.mouse.up()

    await expect(page).to_have_url(re.compile(r"/studio\?f\.brightness=0%7E1$"))


@pytest.mark.parametrize(
    ("part", "within"),
    [
        ("attributes", ".chart-flagged"),
        ("duplicates", ".group .hint"),
        ("groups", ".group-head"),
        ("exploration", ".told tbody td"),
        ("exploration", ".figure.kinds b"),
    ],
)
async def test_a_number_leads_to_as_many_pictures(
    page: Page, analysed: str, part: str, within: str
) -> None:
    await page.goto(f"/datasets/{analysed}/{part}")
    link = page.locator(f"{within} a.figure-link").first
    count = re.search(r"\d+", await link.inner_text())
    assert count is not None

    await link.click()

    assert await left(page) == int(count.group())


@pytest.mark.parametrize("part", ["attributes", "exploration"])
async def test_every_figure_says_what_it_shows_and_has_a_table_and_a_file(
    page: Page, analysed: str, part: str, tmp_path: Path
) -> None:
    await page.goto(f"/datasets/{analysed}/{part}")
    figures = page.locator("figure:not(:has(.chart-one))")
    await expect(figures.first).to_be_visible()
    silent: list[str] = []

    for figure in await figures.all():
        title = await figure.locator("figcaption b").inner_text()
        summary = await figure.get_by_role("img").first.get_attribute("aria-label") or ""
        async with page.expect_download() as started:
            await figure.get_by_role("button", name=f"Download {title} as CSV").click()
        await (await started.value).save_as(saved := tmp_path / "figure.csv")
        await figure.get_by_role("button", name=f"Show {title} as a table").click()
        rows = await figure.get_by_role("row").count()
        if not (re.search(r"\d", summary) and rows > 1 and len(lines_of(saved)) >= rows):
            silent.append(title)

    assert silent == []


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()
