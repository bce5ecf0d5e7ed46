"""What a person sees of drift: a dataset to compare with, a verdict, and what shows it."""

from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.integration.test_drift import darker, write_side

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def sent(datasets: Datasets, folder: Path, name: str) -> str:
    id_ = datasets.empty(name)
    for path in folder.rglob("*.jpg"):
        datasets.put(id_, str(path.relative_to(folder)), path.read_bytes())
    return id_


def read_lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


async def compared(page: Page, *, reference: str, target: str) -> None:
    await page.get_by_label("Dataset of the reference").select_option(reference)
    await page.get_by_label("Dataset to compare").select_option(target)
    await page.get_by_role("button", name="Compare", exact=True).click()


async def test_a_darker_dataset_is_found_to_have_drifted(
    page: Page, datasets: Datasets, tmp_path: Path
) -> None:
    name = f"darker {uuid4()}"
    reference = sent(datasets, write_side(tmp_path / "one", 7000, count=40), f"set {uuid4()}")
    target = sent(datasets, write_side(tmp_path / "other", 8000, darker, count=40), name)

    await page.goto(f"/datasets/{reference}")
    await page.get_by_role("link", name="Compare with another dataset").click()
    await expect(page.get_by_label("Dataset of the reference")).to_have_value(reference)
    await compared(page, reference=reference, target=target)

    await expect(page.get_by_text(f"{name} has drifted")).to_be_visible(timeout=60_000)
    row = page.get_by_role("listitem").filter(has_text="Brightness").first
    await expect(row).to_contain_text("drifted")
    await expect(page.get_by_role("heading", name=f"Most typical of {name}")).to_be_visible()
    await expect(page.locator(".drift-half .picture")).to_have_count(48)


async def test_the_address_brings_a_comparison_back_and_the_sides_can_be_swapped(
    page: Page, datasets: Datasets, tmp_path: Path
) -> None:
    sides = [
        sent(datasets, write_side(tmp_path / name, seed, count=25), f"{name} {uuid4()}")
        for name, seed in (("one", 9000), ("other", 9500))
    ]
    await page.goto("/drift")
    await expect(page.get_by_text("Choose two datasets, or two splits of one")).to_be_visible()
    await compared(page, reference=sides[0], target=sides[1])
    verdict = page.locator(".findings .notice-title")
    await expect(verdict).to_be_visible(timeout=60_000)
    told = await verdict.inner_text()

    await page.reload()
    await expect(verdict).to_have_text(told)
    await page.get_by_role("button", name="Swap the sides").click()

    await expect(page.get_by_text("Not compared yet")).to_be_visible()
    await expect(page.get_by_label("Dataset of the reference")).to_have_value(sides[1])


async def test_what_was_found_of_others_never_stands_under_the_names_of_these(
    page: Page, datasets: Datasets, tmp_path: Path, provoked: list[str]
) -> None:
    provoked.append("503")
    one, other = (
        sent(datasets, write_side(tmp_path / name, seed, count=25), f"{name} {uuid4()}")
        for name, seed in (("one", 9000), ("other", 9500))
    )
    third = datasets.empty()
    await page.goto(f"/drift?reference={one}&target={other}")
    await page.get_by_role("button", name="Compare", exact=True).click()
    verdict = page.locator(".findings .notice-title")
    await expect(verdict).to_be_visible(timeout=60_000)

    await page.route(f"**/{third}/labels", lambda route: route.fulfill(status=503))
    await page.get_by_label("Dataset to compare").select_option(third)

    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(verdict).to_have_count(0)


async def test_the_way_to_drift_in_the_head_of_every_page_begins_anew(
    page: Page, datasets: Datasets
) -> None:
    await page.goto(f"/drift?reference={datasets.empty()}&target={datasets.empty()}")
    await expect(page.get_by_text("Not compared yet")).to_be_visible()

    await page.get_by_role("link", name="Drift", exact=True).click()

    await expect(page.get_by_text("Choose two datasets, or two splits of one")).to_be_visible()
    await expect(page.get_by_label("Dataset of the reference")).to_have_value("")


async def test_the_figures_can_be_taken_along(
    page: Page, datasets: Datasets, tmp_path: Path
) -> None:
    one, other = (
        sent(datasets, write_side(tmp_path / name, seed, count=25), f"{name} {uuid4()}")
        for name, seed in (("one", 9000), ("other", 9500))
    )
    await page.goto(f"/drift?reference={one}&target={other}")
    await page.get_by_role("button", name="Compare", exact=True).click()

    async with page.expect_download(timeout=60_000) as started:
        await page.get_by_role("button", name="Download as CSV").first.click(timeout=60_000)

    await (await started.value).save_as(saved := tmp_path / "figures.csv")
    lines = read_lines(saved)
    assert lines[0].startswith("name,method,effect")
    assert any(line.startswith("brightness,kolmogorov_smirnov,") for line in lines)


async def test_a_dataset_that_is_not_there_says_so(page: Page, provoked: list[str]) -> None:
    provoked.append("404")
    await page.goto(f"/drift?reference={uuid4()}")

    await expect(page.get_by_role("heading", name="There is no such dataset")).to_be_visible()


async def test_a_pair_that_cannot_be_recalled_says_so_and_is_recalled_on_a_press(
    page: Page, datasets: Datasets, provoked: list[str]
) -> None:
    provoked.append("503")
    one, other = datasets.empty(), datasets.empty()
    await page.goto(f"/drift?reference={one}")
    await page.route("**/tasks?*type=drift*", lambda route: route.fulfill(status=503))
    await page.get_by_label("Dataset to compare").select_option(other)
    again = page.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await expect(page.get_by_text("Loading…")).to_have_count(0)

    await page.unroute("**/tasks?*type=drift*")
    await again.click()

    await expect(page.get_by_text("Not compared yet")).to_be_visible()
