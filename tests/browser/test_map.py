"""The map of a clustering: pointed at, moved, drawn around and walked through by keys."""

import asyncio
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.datasets import Datasets
from tests.browser.test_everybody import seen_by_axe
from tests.integration.test_api import API

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PIXELS = """
  (field) => {
    const canvas = field.querySelector("canvas");
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    return [new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer), width];
  }"""
COLOURS = f"(field) => [...new Set(({PIXELS})(field)[0])].sort()"
INK = f"""
  (field) => {{
    const [pixels, width] = ({PIXELS})(field);
    const inked = [...pixels.keys()].filter((n) => pixels[n] !== pixels[0]);
    const columns = inked.map((n) => n % width);
    const rows = inked.map((n) => Math.floor(n / width));
    return {{ left: Math.min(...columns), right: Math.max(...columns), top: Math.min(...rows),
      bottom: Math.max(...rows), size: inked.length }};
  }}"""
SHARP = """
  (field) => {
    const { width, height } = field.querySelector("canvas");
    const box = field.getBoundingClientRect();
    return [width / devicePixelRatio - box.width, height / devicePixelRatio - box.height];
  }"""
BORDER = 2

Place = Callable[[int], tuple[float, float]]
"""Where on a map its nth point lies."""


@pytest.fixture(scope="module")
def grouped(datasets: Datasets, sample_folder: Path) -> str:
    """A dataset whose groups are known; tests only look at it."""
    id_ = datasets.filled(sample_folder)
    asked = {"type": "clustering", "dataset_id": id_, "params": {"clusters": 3}}
    datasets.ended(datasets.client.post(f"{API}/tasks", json=asked).json())
    return id_


async def opened(page: Page, id_: str) -> Locator:
    """The map, once its points are drawn."""
    await page.goto(f"/datasets/{id_}/groups")
    await page.get_by_role("heading", name="Map of all pictures").scroll_into_view_if_needed()
    field = page.get_by_role("application", name=re.compile("^Map of"))
    await expect(field).to_be_visible()
    await field.scroll_into_view_if_needed()
    await page.wait_for_function(
        f"(field) => ({COLOURS})(field).length > 3", arg=await handle(field)
    )
    return field


async def handle(field: Locator) -> Any:
    return await field.element_handle()


async def ink(field: Locator) -> dict[str, int]:
    return await field.evaluate(INK)


async def corner(field: Locator) -> tuple[float, float]:
    box = await field.bounding_box()
    assert box is not None
    return box["x"], box["y"]


async def drag(page: Page, places: list[tuple[float, float]]) -> None:
    await page.mouse.move(*places[0])
    await page.mouse.down()
    for place in places[1:]:
        await page.mouse.move(*place, steps=4)
    await page.mouse.up()


async def around_all(page: Page, field: Locator) -> None:
    x, y = await corner(field)
    seen = await ink(field)
    left, right = x + seen["left"] - 8, x + seen["right"] + 8
    top, bottom = y + seen["top"] - 8, y + seen["bottom"] + 8
    await drag(page, [(left, top), (right, top), (right, bottom), (left, bottom), (left, top + 5)])


async def test_what_is_pointed_at_is_shown_with_its_path_and_group(
    page: Page, grouped: str
) -> None:
    field = await opened(page, grouped)
    x, y = await corner(field)
    seen = await ink(field)

    await page.mouse.move(x + seen["left"] + 2, y + (seen["top"] + seen["bottom"]) / 2)
    for step in range(int(seen["top"]), int(seen["bottom"]), 8):
        await page.mouse.move(x + seen["left"] + 3, y + step)
        if await field.locator(".map-ring").count():
            break

    card = field.locator(".map-card")
    await expect(card.locator(".path-file")).to_contain_text(".")
    await expect(card).to_contain_text(re.compile(r"Group \d"))
    await expect(card.locator("img")).to_have_js_property("complete", value=True)
    assert await card.locator("img").evaluate("(image) => image.naturalWidth") > 0


async def test_the_wheel_zooms_where_it_is_turned_and_a_drag_moves(
    page: Page, grouped: str
) -> None:
    field = await opened(page, grouped)
    x, y = await corner(field)
    whole = await ink(field)
    middle = (x + (whole["left"] + whole["right"]) / 2, y + (whole["top"] + whole["bottom"]) / 2)

    await page.mouse.move(middle[0] + 1, middle[1])
    await page.mouse.move(*middle)
    await page.mouse.wheel(0, -150)
    await page.wait_for_function(
        f"([field, before]) => ({INK})(field).size !== before",
        arg=[await handle(field), whole["size"]],
    )
    nearer = await ink(field)
    await drag(page, [middle, (middle[0] + 60, middle[1])])
    await page.wait_for_function(
        f"([field, before]) => ({INK})(field).right !== before",
        arg=[await handle(field), nearer["right"]],
    )
    moved = await ink(field)
    await page.get_by_role("button", name="Show all").click()

    assert nearer["right"] - nearer["left"] > whole["right"] - whole["left"]
    assert moved["left"] > nearer["left"]
    await page.wait_for_function(
        f"([field, before]) => ({INK})(field).size === before",
        arg=[await handle(field), whole["size"]],
    )


async def test_who_scrolls_the_page_past_the_map_does_not_zoom_it(page: Page, grouped: str) -> None:
    field = await opened(page, grouped)
    x, y = await corner(field)
    whole = await ink(field)
    await page.mouse.move(x + 50, y - 20)
    for _ in range(2):
        before = await page.evaluate("scrollY")
        await page.mouse.wheel(0, -30)
        await page.wait_for_function("(before) => scrollY < before", arg=before)

    before = await page.evaluate("scrollY")
    await page.mouse.wheel(0, -30)

    await page.wait_for_function("(before) => scrollY < before", arg=before)
    assert await ink(field) == whole


async def test_what_is_drawn_around_is_chosen(page: Page, grouped: str, datasets: Datasets) -> None:
    field = await opened(page, grouped)
    result = datasets.client.get(datasets.newest_task(grouped)["links"]["result"]).json()
    readable = sum(card["size"] for card in result["cards"])

    await page.get_by_role("button", name="Draw around").click()
    await around_all(page, field)

    chosen = page.locator(".chosen-pictures")
    await expect(chosen).to_contain_text(f"{readable} pictures chosen")
    await expect(chosen.locator(".picture")).to_have_count(min(readable, 12))
    await page.get_by_role("button", name="Choose none").click()
    await expect(chosen).to_have_count(0)


async def test_cards_of_groups_and_the_map_choose_each_other(page: Page, grouped: str) -> None:
    field = await opened(page, grouped)
    plain = await field.evaluate(COLOURS)
    card = page.locator(".group").filter(has_text="Group 1").first

    await card.get_by_role("button", name="On the map: Group 1").click()

    await expect(card).to_have_class("group chosen")
    legend = page.locator(".map-legend").get_by_role("button", name=re.compile("^Group 1"))
    await expect(legend).to_have_attribute("aria-pressed", "true")
    size = (await card.locator("h3 small").inner_text()).split()[0]
    await expect(page.locator(".chosen-pictures")).to_contain_text(f"{size} picture")
    await page.wait_for_function(
        f"([field, plain]) => String(({COLOURS})(field)) !== String(plain)",
        arg=[await handle(field), plain],
    )
    await legend.click()
    await expect(card).to_have_class("group")


async def test_a_map_needs_no_more_than_a_keyboard_and_an_ear(
    page: Page, grouped: str, datasets: Datasets
) -> None:
    await lay_out(page, datasets, grouped, in_rows)
    field = await opened(page, grouped)
    voice = page.locator(".item-map [aria-live=polite]")
    await field.focus()

    await page.keyboard.press("Shift+ArrowRight")
    await expect(voice).to_contain_text(re.compile(r"\.\w+, Group \d"))
    first = await voice.inner_text()
    for key in ("Left", "Right", "Up", "Down"):
        await page.keyboard.press(f"Shift+Arrow{key}")
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(voice).not_to_have_text(first)
    await page.keyboard.press("Enter")

    await expect(voice).to_contain_text("chosen")
    await expect(page.locator(".group.chosen")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator(".group.chosen")).to_have_count(0)


async def test_a_rectangle_is_drawn_and_moved_by_keys(page: Page, grouped: str) -> None:
    field = await opened(page, grouped)
    await field.focus()

    await page.keyboard.press("r")
    await expect(field.locator(".map-outline")).to_have_count(1)
    before = await field.locator(".map-outline").get_attribute("points")
    await page.keyboard.press("ArrowRight")
    await expect(field.locator(".map-outline")).not_to_have_attribute("points", before or "")
    for _ in range(5):
        await page.keyboard.press("+")
    await page.keyboard.press("Enter")

    await expect(field.locator(".map-outline")).to_have_count(0)
    await expect(page.locator(".chosen-pictures")).to_contain_text("pictures chosen")


async def test_colours_stand_for_groups_labels_or_what_was_measured(
    page: Page, grouped: str
) -> None:
    await opened(page, grouped)
    side = page.locator(".cluster-map-side")

    await page.get_by_label("Colours").select_option(label="Label")
    await expect(side.get_by_role("button", name=re.compile("^dogs"))).to_be_visible()
    await side.get_by_role("button", name=re.compile("^dogs")).click()
    await expect(page.locator(".chosen-pictures .picture").first).to_contain_text("dogs")
    await page.get_by_label("Colours").select_option(label="Brightness")

    await expect(side.locator(".map-ramp")).to_contain_text(re.compile(r"0\.\d+"))


async def test_nothing_moves_when_a_map_and_its_legend_come(page: Page, grouped: str) -> None:
    come = asyncio.Event()

    async def wait(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/map", wait)
    await page.set_viewport_size({"width": 390, "height": 850})
    await page.goto(f"/datasets/{grouped}/groups")
    place = "document.querySelector('.groups').getBoundingClientRect().top + scrollY"
    await expect(page.locator(".map-field.waiting")).to_be_visible()
    before = await page.evaluate(place)

    come.set()
    await expect(page.locator(".map-legend button").first).to_be_visible()

    assert await page.evaluate(place) == before


async def test_the_map_is_sharp_at_every_size_and_follows_the_dark(
    page: Page, grouped: str
) -> None:
    field = await opened(page, grouped)
    light = await field.evaluate(COLOURS)
    off: list[list[float]] = []

    for width in (390, 1024, 1440):
        await page.set_viewport_size({"width": width, "height": 850})
        await page.evaluate("new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)))")
        off.append(await field.evaluate(SHARP))
    await page.emulate_media(color_scheme="dark")

    assert all(abs(each) <= BORDER + 1 for pair in off for each in pair)
    await page.wait_for_function(
        f"([field, light]) => ({COLOURS})(field).every((each) => !light.includes(each))",
        arg=[await handle(field), light],
    )


async def test_axe_finds_nothing_on_a_map(page: Page, grouped: str) -> None:
    field = await opened(page, grouped)
    await page.get_by_text("Keys", exact=True).click()
    await page.locator(".map-legend button").first.click()
    await field.focus()
    await page.keyboard.press("Shift+ArrowRight")
    await expect(field.locator(".map-card .path-file")).to_be_visible()

    found = await seen_by_axe(page)

    assert found == []


async def test_two_fingers_zoom_the_map(page: Page, grouped: str) -> None:
    field = await opened(page, grouped)
    x, y = await corner(field)
    whole = await ink(field)
    middle = (x + (whole["left"] + whole["right"]) / 2, y + (whole["top"] + whole["bottom"]) / 2)
    hand = await page.context.new_cdp_session(page)

    def fingers(apart: int) -> list[dict[str, float]]:
        return [
            {"x": middle[0] - apart, "y": middle[1], "id": 0},
            {"x": middle[0] + apart, "y": middle[1], "id": 1},
        ]

    await hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    await hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(30)})
    for apart in range(34, 60, 4):
        moved = {"type": "touchMove", "touchPoints": fingers(apart)}
        await hand.send("Input.dispatchTouchEvent", moved)
    await hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    wider = f"([field, least]) => (({{ left, right }}) => right - left > least)(({INK})(field))"
    least = whole["right"] - whole["left"] + 100
    await page.wait_for_function(wider, arg=[await handle(field), least])
    assert await page.evaluate("visualViewport.scale") == 1


async def test_pictures_at_the_same_place_are_counted_walked_through_and_chosen_together(
    page: Page, grouped: str, datasets: Datasets
) -> None:
    await lay_out(page, datasets, grouped, lambda _: (0, 0))
    await page.goto(f"/datasets/{grouped}/groups")
    field = page.get_by_role("application", name=re.compile("^Map of"))
    await field.focus()
    await page.keyboard.press("Shift+ArrowRight")
    card = field.locator(".map-card")
    await expect(card).to_contain_text(re.compile(r"\d+ of \d+ at this place"))
    first, count = numbers_of(await card.inner_text())

    await page.keyboard.press("n")
    await expect(card).to_contain_text(f"{first % count + 1} of {count} at this place")
    await page.keyboard.press("Enter")

    await expect(page.locator(".chosen-pictures")).to_contain_text(f"{count} pictures chosen")


def numbers_of(words: str) -> tuple[int, int]:
    """Of "… 3 of 55 at this place …", 3 and 55."""
    found = re.search(r"^(\d+) of (\d+) at", words, re.MULTILINE)
    assert found is not None
    return int(found[1]), int(found[2])


async def lay_out(page: Page, datasets: Datasets, id_: str, place: Place) -> None:
    """Shows the same map with its points elsewhere: where clusterings put them differs."""
    task = datasets.newest_task(id_)
    columns = datasets.client.get(f"{task['links']['self']}/map").content
    start = 8 + int.from_bytes(columns[:8], "little")
    header = json.loads(columns[8:start])
    body = bytearray(columns)
    for axis, name in enumerate(("x", "y")):
        first, last = (start + offset for offset in header[name]["data_offsets"])
        count = (last - first) // 4
        body[first:last] = struct.pack(f"<{count}f", *(place(n)[axis] for n in range(count)))
    await page.route("**/map", lambda route: route.fulfill(body=bytes(body)))


def in_rows(n: int) -> tuple[float, float]:
    return n % 8, n // 8
