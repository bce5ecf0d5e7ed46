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


async def test_a_darker_dataset_is_found_to_have_drifted(
    page: Page, datasets: Datasets, tmp_path: Path
) -> None:
    name = f"darker {uuid4()}"
    reference = sent(datasets, write_side(tmp_path / "one", 7000, count=40), f"set {uuid4()}")
    sent(datasets, write_side(tmp_path / "other", 8000, darker, count=40), name)

    await page.goto(f"/datasets/{reference}")
    await page.get_by_role("link", name="Compare with another dataset").click()
    await expect(page.get_by_text("Not compared yet")).to_be_visible()
    await page.get_by_label("Compare with").select_option(label=name)
    await page.get_by_role("button", name="Compare", exact=True).click()

    await expect(page.get_by_text(f"{name} has drifted")).to_be_visible(timeout=60_000)
    row = page.get_by_role("row").filter(has_text="Brightness").first
    await expect(row).to_contain_text("drifted")
    await expect(page.get_by_role("heading", name="Most typical of the other")).to_be_visible()
    await expect(page.locator(".gallery .picture")).to_have_count(48)


async def test_the_page_of_a_dataset_that_is_not_there_says_so(
    page: Page, provoked: list[str]
) -> None:
    provoked.append("404")
    await page.goto(f"/datasets/{uuid4()}/drift")

    await expect(page.get_by_role("heading", name="There is no such dataset")).to_be_visible()
