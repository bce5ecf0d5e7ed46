"""Files that a person chooses or drops, on the page of a dataset and on its card."""

import re
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.datasets import Datasets

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def pictures(sample_folder: Path) -> list[FilePayload]:
    paths = sorted((sample_folder / "cats").glob("0*.jpg"))[:3]
    return [{"name": p.name, "mimeType": "image/jpeg", "buffer": p.read_bytes()} for p in paths]


DROP = """
async ([names, target]) => {
  const transfer = new DataTransfer();
  for (const name of names) transfer.items.add(new File([name.repeat(9000)], name));
  const told = { bubbles: true, cancelable: true, dataTransfer: transfer };
  document.querySelector(target).dispatchEvent(new DragEvent('dragover', told));
  document.querySelector(target).dispatchEvent(new DragEvent('drop', told));
}
"""


async def test_chosen_files_arrive_and_a_bad_one_says_why_it_did_not(
    page: Page, datasets: Datasets, pictures: list[FilePayload]
) -> None:
    bad: FilePayload = {"name": "..", "mimeType": "image/jpeg", "buffer": b"no name"}
    await page.goto(f"/datasets/{datasets.empty()}")

    await page.get_by_label("Choose files").set_input_files([*pictures, bad])

    upload = page.get_by_role("region", name="Upload")
    await expect(upload.get_by_role("listitem").filter(has_text="added")).to_have_count(3)
    await expect(upload.get_by_role("listitem").filter(has_text="its name is")).to_have_count(1)
    await expect(upload.locator("b")).to_have_text("3 added, 1 not added")
    await expect(page.get_by_text("3 pictures", exact=True)).to_be_visible()


async def test_the_same_file_twice_is_said_to_be_there_already(
    page: Page, datasets: Datasets, pictures: list[FilePayload]
) -> None:
    await page.goto(f"/datasets/{datasets.empty()}")
    await page.get_by_label("Choose files").set_input_files(pictures[:1])
    await expect(page.get_by_text("1 picture", exact=True)).to_be_visible()

    await page.get_by_label("Choose files").set_input_files(pictures[:2])

    upload = page.get_by_role("region", name="Upload")
    await expect(upload.locator("b")).to_have_text("1 added, 1 already there")


async def test_files_are_sent_in_batches_each_with_its_own_end(
    page: Page, datasets: Datasets
) -> None:
    id_ = datasets.empty()
    await page.goto(f"/datasets/{id_}")
    many: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": str(n).encode()}
        for n in range(230)
    ]

    await page.get_by_label("Choose files").set_input_files(many)

    await expect(page.get_by_text("230 pictures", exact=True)).to_be_visible()
    await expect(page.get_by_text("version 3", exact=True)).to_be_visible()
    await expect(page.get_by_text("and 190 more files")).to_be_visible()


async def test_an_upload_that_breaks_says_so_for_each_file(
    page: Page, datasets: Datasets, pictures: list[FilePayload], provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    await page.goto(f"/datasets/{datasets.empty()}")
    await page.route("**/files", lambda route: route.abort())

    await page.get_by_label("Choose files").set_input_files(pictures)

    refused = page.get_by_role("listitem").filter(has_text="The server does not answer")
    await expect(refused).to_have_count(3)


async def test_files_dropped_on_a_card_go_to_its_dataset(page: Page, datasets: Datasets) -> None:
    id_ = datasets.empty()
    await page.goto("/")
    card = page.get_by_role("listitem").filter(has=page.locator(f"a[href$='{id_}']"))
    await expect(card).to_contain_text("0 pictures")

    await page.evaluate(DROP, [["a.jpg", "b.jpg"], f".card:has(a[href$='{id_}'])"])

    await expect(card).to_contain_text("2 added")
    await expect(card.get_by_text(re.compile("^2 pictures"))).to_be_visible()
