"""The studio: what is asked for in one view narrows all others, and the address keeps it."""

import re
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe
from tests.integration.test_api import API

A_LITTLE = 8
"""Pixels by which a line of words may grow; a row of the wall is 200."""

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def studio_of(page: Page, dataset: str, query: str = "") -> Locator:
    """The line that says how many pictures are left."""
    await page.goto(f"/datasets/{dataset}/studio{query}")
    left = page.locator(".chips-count").first
    await expect(left).to_contain_text("pictures")
    return left


async def told(left: Locator) -> int:
    return int((await left.inner_text()).split()[0])


def tiles(page: Page) -> Locator:
    return page.locator(".tile")


async def brushed(page: Page, title: str, *, start: float, end: float) -> None:
    """Draws a range on the histogram of that title, from and to these parts of its width."""
    area = page.get_by_role("figure", name=title, exact=True).locator(".brush-area")
    await area.scroll_into_view_if_needed()
    box = await area.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + start * box["width"], middle)
    await page.mouse.down()
    await page.mouse.move(box["x"] + end * box["width"], middle, steps=8)
    await page.mouse.up()


async def test_a_range_on_a_histogram_narrows_the_wall_and_is_in_the_address(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    left = await studio_of(page, dataset)
    total = await told(left)

    await brushed(page, "Brightness", start=0.01, end=0.45)

    narrowed = await told(left)
    assert 0 < narrowed < total
    await expect(tiles(page)).to_have_count(narrowed)
    await page.reload()
    await expect(left).to_have_text(f"{narrowed} of {total} pictures")
    await page.get_by_role("button", name="Take back: Brightness").click()
    await expect(left).to_have_text(f"{total} of {total} pictures")
    assert "f.brightness" not in page.url


async def test_a_range_is_drawn_by_keys_too(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    left = await studio_of(page, dataset)
    total = await told(left)

    await page.get_by_role("slider", name="Brightness, to").focus()
    for _ in range(15):
        await page.keyboard.press("ArrowLeft")

    assert await told(left) < total
    await expect(page.get_by_role("slider", name="Brightness, to")).to_have_attribute(
        "aria-valuetext", "0.5"
    )
    await page.keyboard.press("Escape")
    await expect(left).to_have_text(f"{total} of {total} pictures")


async def test_labels_tell_how_many_are_left_under_all_other_conditions(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    left = await studio_of(page, dataset)
    dogs = page.get_by_role("button", name="dogs")
    count = int(await dogs.locator("b").inner_text())

    await dogs.click()

    assert await told(left) == count
    await brushed(page, "Brightness", start=0.01, end=0.45)
    await expect(dogs.locator("b")).to_have_text(str(await told(left)))
    await page.get_by_role("button", name="Clear all").click()
    await expect(page.get_by_role("button", name="Take back: dogs")).to_have_count(0)


async def test_a_threshold_counts_anew_at_once_and_shows_what_is_below(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    left = await studio_of(page, dataset)
    dark = page.locator(".threshold-row").filter(has_text="Dark").first
    before = int(await dark.locator("b").inner_text())

    slider = dark.get_by_role("slider", name="Threshold of Dark")
    await slider.fill("0.9")

    after = int(await dark.locator("b").inner_text())
    assert after > before
    await dark.get_by_role("button").click()
    assert await told(left) == after


async def test_a_picture_opens_with_what_is_measured_and_the_next_one(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    await studio_of(page, dataset)

    await tiles(page).first.get_by_role("button").click()

    dialog = page.get_by_role("dialog")
    await expect(dialog.locator("dt").filter(has_text="Sharpness")).to_be_visible()
    first = await dialog.get_by_role("heading", level=2).inner_text()
    await dialog.get_by_role("button", name="Next").click()
    await expect(dialog.get_by_role("heading", level=2)).not_to_have_text(first)
    await expect(dialog.get_by_role("heading", level=2)).not_to_have_text("Loading…")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_picked_pictures_are_saved_as_a_list(
    page: Page, datasets: Datasets, sample_folder: Path, tmp_path: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    left = await studio_of(page, dataset)
    total = await told(left)
    await page.get_by_role("button", name=f"Pick all {total}").click()

    async with page.expect_download() as started:
        await page.get_by_role("button", name="Save list").click()

    await (await started.value).save_as(saved := tmp_path / "list.csv")
    lines = lines_of(saved)
    assert lines[0] == "item_id,path,label,split,sha256"
    assert len(lines) == total + 1


async def test_a_list_marks_texts_that_a_spreadsheet_would_run(page: Page) -> None:
    await page.goto("/")

    lines = await page.evaluate(
        """async () => (await import("/static/csv.js"))
            .csvOf([["=1+1", "+a", "-b", "@c", "\\td", "a=1", -0.5, null]])"""
    )

    assert lines == "'=1+1,'+a,'-b,'@c,'\td,a=1,-0.5,\r\n"


async def test_picked_pictures_get_a_tag_and_become_a_dataset(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    await studio_of(page, dataset)
    await tiles(page).first.hover()
    await tiles(page).first.get_by_role("checkbox").check()

    await page.get_by_role("button", name="Tag…").click()
    await page.get_by_label("Tag", exact=True).fill("odd")
    await page.get_by_role("button", name="Give the tag").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await tiles(page).first.locator(".tile-open").click()
    await expect(page.get_by_role("dialog").locator("dd").filter(has_text="odd")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="New dataset…").click()
    name = f"chosen {uuid4()}"
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Make it").click()

    await expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    await expect(page.get_by_role("link", name="1 picture")).to_be_visible()


async def test_what_is_drawn_around_on_the_map_narrows_the_wall(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.grouped(dataset)
    left = await studio_of(page, dataset)
    total = await told(left)
    field = page.get_by_role("application")
    await page.get_by_label("Colour by").select_option(label="Brightness")
    await field.scroll_into_view_if_needed()
    box = await field.bounding_box()
    assert box is not None
    middle, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] - 2

    await page.get_by_role("button", name="Draw around").click()
    await page.mouse.move(box["x"] + 2, box["y"] + 2)
    await page.mouse.down()
    for x, y in ((middle, box["y"] + 2), (middle, bottom), (box["x"] + 2, bottom)):
        await page.mouse.move(x, y, steps=4)
    await page.mouse.up()

    await expect(page.get_by_role("button", name="Take back: drawn on the map")).to_be_visible()
    assert 0 < await told(left) < total


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


async def test_an_issue_leads_to_its_pictures_in_the_studio(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    await page.goto(f"/datasets/{dataset}/issues?issue=dark")
    row = page.locator(".issue-row").filter(has_text="Dark")
    count = int(await row.locator("b").inner_text())

    await page.get_by_role("link", name="See them in the studio").click()

    left = page.locator(".chips-count").first
    await expect(left).to_contain_text(f"{count} of")
    await expect(page.get_by_role("button", name="Take back: Dark")).to_be_visible()


async def test_before_an_analysis_the_studio_says_what_to_do_and_shows_the_pictures(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.empty()
    path = next((sample_folder / "dogs").iterdir())
    datasets.put(dataset, "<b>one.jpg", path.read_bytes() + uuid4().bytes)

    left = await studio_of(page, dataset)

    await expect(left).to_have_text("1 of 1 pictures")
    await expect(page.get_by_text("Run an analysis first")).to_be_visible()
    await expect(tiles(page).first).to_contain_text("<b>one.jpg")


async def test_the_studio_is_for_everybody(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    await studio_of(page, dataset, "?f.brightness=0~0.5")

    assert await seen_by_axe(page) == []


async def test_the_studio_of_a_dataset_that_is_not_there_says_so(
    page: Page, provoked: list[str]
) -> None:
    provoked.append("404")
    await page.goto(f"/datasets/{uuid4()}/studio")

    await expect(page.get_by_role("heading", name="There is no such dataset")).to_be_visible()


async def test_what_could_not_be_grouped_is_not_told_to_be_in_no_group(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    asked = {"type": "clustering", "dataset_id": dataset, "params": {"clusters": 3}}
    datasets.ended(datasets.client.post(f"{API}/tasks", json=asked).json())
    result = datasets.client.get(datasets.newest_task(dataset)["links"]["result"]).json()
    assert result["unreadable"] > 0

    await studio_of(page, dataset)

    groups = page.get_by_role("region", name="Group")
    await expect(groups.get_by_role("button", name="Group 2")).to_be_visible()
    await expect(groups.get_by_role("button", name="in no group")).to_have_count(
        1 if result["unassigned"]["size"] else 0
    )


async def test_what_an_address_asks_for_in_vain_is_left_out(page: Page, analysed: str) -> None:
    odd = "f.items=0~3&f.label=[1,{}]&f.width=[%22a%22]&f.split=0~1&f.nothing=2~1"

    left = await studio_of(page, analysed, f"?{odd}")

    await expect(left).to_contain_text("0 of")
    await page.get_by_role("button", name="Clear all").click()
    await expect(tiles(page).first).to_be_visible()


async def test_what_comes_meanwhile_is_told_and_shown_without_losing_what_was_chosen(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    left = await studio_of(page, dataset, '?f.label=["dogs"]')
    before = await told(left)
    await tiles(page).nth(1).hover()
    await tiles(page).nth(1).get_by_role("checkbox").check()
    picture = next((sample_folder / "dogs").iterdir()).read_bytes()

    for n in range(3):
        datasets.put(dataset, f"dogs/new-{n}.jpg", picture + uuid4().bytes)
    datasets.analysed(dataset)

    news = page.locator(".news")
    await expect(news).to_contain_text("3 more pictures are there now. There is a new analysis.")
    assert await told(left) == before
    await news.get_by_role("button", name="Show").click()
    await expect(left).to_contain_text(f"{before + 3} of")
    await expect(news).to_have_text("")
    await expect(page.get_by_text("1 picked")).to_be_visible()


async def test_the_wall_stays_where_it_is_when_pictures_before_it_go(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    dataset = datasets.filled(sample_folder)
    datasets.analysed(dataset)
    await page.set_viewport_size({"width": 700, "height": 600})
    await studio_of(page, dataset)
    rows = page.locator(".tile[style*='top: 0px'] .tile-open")
    await expect(rows.first).to_have_attribute("title", re.compile("."))
    gone = [await row.get_attribute("title") or "" for row in await rows.all()]
    await page.get_by_label("Pictures", exact=True).evaluate("wall => (wall.scrollTop = 500)")
    seen = page.locator(".tile-open:not([title=''])").nth(10)
    name, before = await seen.get_attribute("title"), await seen.bounding_box()

    for path in gone:
        datasets.client.delete(f"{API}/datasets/{dataset}/files/{quote(path)}").raise_for_status()
    datasets.done(dataset, "eda")
    await expect(page.get_by_role("progressbar")).to_have_count(1)
    await page.locator(".news").get_by_role("button", name="Show").click()
    await expect(page.locator(".news")).to_have_text("")

    after = await page.locator(f".tile-open[title='{name}']").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < A_LITTLE
