"""Files that a person chooses or drops, on the page of a dataset and on its card."""

import asyncio
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

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
    await expect(upload.locator("b")).to_have_text("3 added, 1 not added")
    await expect(upload.get_by_role("listitem").filter(has_text="added")).to_have_count(3)
    await expect(upload.get_by_text("This name cannot be kept")).to_be_visible()
    await expect(upload.get_by_role("button", name="Try again")).to_have_count(0)
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


async def test_many_files_are_sent_four_at_a_time(page: Page, datasets: Datasets) -> None:
    held: list[Route] = []
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        held.append(route)
        await released.wait()
        await route.continue_()

    await page.route("**/files/**", hold)
    await page.goto(f"/datasets/{datasets.empty()}")
    many: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": str(n).encode()} for n in range(50)
    ]

    await page.get_by_label("Choose files").set_input_files(many)
    upload = page.get_by_role("region", name="Upload")
    await expect(upload.get_by_role("listitem").filter(has_text="0 bytes of")).to_have_count(4)
    at_once = len(held)
    released.set()

    await expect(page.get_by_text("50 pictures", exact=True)).to_be_visible()
    await expect(page.get_by_text("and 10 more files")).to_be_visible()
    assert at_once == 4


async def test_a_folder_keeps_the_paths_below_it(
    page: Page, datasets: Datasets, sample_folder: Path
) -> None:
    await page.goto(f"/datasets/{datasets.empty()}")

    await page.get_by_label("Choose a folder").set_input_files(sample_folder / "dogs")

    await page.get_by_role("link", name="Pictures", exact=True).click()
    label = page.get_by_role("combobox", name="Label")
    await expect(label.locator("option").filter(has_text="dogs (")).to_have_count(1)


async def test_an_archive_is_unpacked_and_a_list_sets_labels_once_all_else_is_there(
    page: Page, datasets: Datasets, pictures: list[FilePayload]
) -> None:
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        archive.writestr("packed/inside.jpg", pictures[0]["buffer"])
    listing = f"path,label\n{pictures[1]['name']},night\nnowhere.jpg,day\n"
    await page.goto(f"/datasets/{datasets.empty()}")

    await page.get_by_label("Choose files").set_input_files(
        [
            {"name": "labels.csv", "mimeType": "text/csv", "buffer": listing.encode()},
            {"name": "more.zip", "mimeType": "", "buffer": packed.getvalue()},
            pictures[1],
        ]
    )

    upload = page.get_by_role("region", name="Upload")
    await expect(upload.locator("b")).to_have_text("1 added, 2 handed over")
    await expect(page.get_by_text("2 pictures", exact=True)).to_be_visible()
    await expect(page.get_by_text("2 rows: 1 changed, 0 unchanged, 1 skipped")).to_be_visible()
    await expect(page.get_by_text("1 added, 0 unchanged, 0 replaced, 0 skipped")).to_be_visible()
    await page.get_by_role("link", name="Pictures", exact=True).click()
    options = page.get_by_role("combobox", name="Label").locator("option")
    await expect(options).to_have_text(["All labels", "night (1)", "packed (1)"])


async def test_a_list_waits_until_the_archive_is_unpacked_whose_pictures_it_names(
    page: Page, datasets: Datasets
) -> None:
    names = [f"{n}.jpg" for n in range(600)]
    with zipfile.ZipFile(packed := io.BytesIO(), "w") as archive:
        for name in names:
            archive.writestr(name, name)
    listing = "\n".join(["path,label", *(f"{name},night" for name in names)])
    await page.goto(f"/datasets/{datasets.empty()}")

    await page.get_by_label("Choose files").set_input_files(
        [
            {"name": "labels.csv", "mimeType": "text/csv", "buffer": listing.encode()},
            {"name": "all.zip", "mimeType": "", "buffer": packed.getvalue()},
        ]
    )

    upload = page.get_by_role("region", name="Upload")
    await expect(upload.get_by_text("waits until archives are unpacked")).to_be_visible()
    await expect(page.get_by_text("600 rows: 600 changed")).to_be_visible(timeout=30_000)


async def test_an_upload_that_breaks_says_so_for_each_file_and_is_tried_again(
    page: Page, datasets: Datasets, pictures: list[FilePayload], provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    await page.goto(f"/datasets/{datasets.empty()}")
    await page.route("**/files/**", lambda route: route.abort())
    await page.get_by_label("Choose files").set_input_files(pictures)
    upload = page.get_by_role("region", name="Upload")
    refused = upload.get_by_role("listitem").filter(has_text="The server does not answer")
    await expect(refused).to_have_count(3)

    await page.unroute("**/files/**")
    await upload.get_by_role("button", name="Try again").click()

    await expect(upload.locator("b")).to_have_text("3 added")


async def test_leaving_the_site_while_files_are_sent_is_asked_about(
    page: Page, datasets: Datasets, pictures: list[FilePayload], provoked: list[str]
) -> None:
    provoked.extend(["net::ERR"])
    await page.goto(f"/datasets/{datasets.empty()}")
    held: list[Route] = []
    await page.route("**/files/**", lambda route: held.append(route))
    await page.get_by_label("Choose files").set_input_files(pictures[:1])
    await expect(page.get_by_text("0 of 1 files")).to_be_visible()

    async with page.expect_event("dialog") as asked:
        await page.evaluate("setTimeout(() => location.reload())")
    dialog = await asked.value
    await dialog.dismiss()

    assert dialog.type == "beforeunload"
    await page.get_by_role("button", name="Stop").click()
    await expect(page.get_by_text("1 not added").first).to_be_visible()


async def test_an_upload_goes_on_while_its_person_looks_at_the_other_datasets(
    page: Page, datasets: Datasets, pictures: list[FilePayload]
) -> None:
    id_ = datasets.empty()
    await page.goto(f"/datasets/{id_}")
    held: asyncio.Queue[Route] = asyncio.Queue()
    await page.route("**/files/**", lambda route: held.put_nowait(route))
    await page.get_by_label("Choose files").set_input_files(pictures[:1])
    route = await held.get()

    await page.get_by_role("link", name="Datasets", exact=True).click()
    card = page.locator(f".card:has(a[href$='{id_}'])")
    await expect(card).to_contain_text("0 of 1 files")
    await route.continue_()

    await expect(card).to_contain_text("1 added")
    await expect(card).to_contain_text("1 picture")


async def test_files_dropped_on_a_card_go_to_its_dataset(page: Page, datasets: Datasets) -> None:
    id_ = datasets.empty()
    await page.goto("/")
    card = page.get_by_role("listitem").filter(has=page.locator(f"a[href$='{id_}']"))
    await expect(card).to_contain_text("0 pictures")

    await page.evaluate(DROP, [["a.jpg", "b.jpg"], f".card:has(a[href$='{id_}'])"])

    await expect(card).to_contain_text("2 added")
    await expect(card.get_by_text(re.compile("^2 pictures"))).to_be_visible()


async def test_hardly_any_room_left_is_said_in_time(page: Page, datasets: Datasets) -> None:
    told = {"used_bytes": 9_600_000, "quota_bytes": 10_000_000, "free_bytes": 10**12}
    await page.route("**/room", lambda route: route.fulfill(json=told | {"almost_full": True}))

    await page.goto(f"/datasets/{datasets.empty()}")

    await expect(page.get_by_text("Storage is almost full")).to_be_visible()
    await expect(page.get_by_text("You may bring 400 kB more")).to_be_visible()


async def test_an_upload_is_paused_between_files_and_resumed(
    page: Page, datasets: Datasets
) -> None:
    held: list[Route] = []
    await page.route("**/files/**", lambda route: held.append(route))
    await page.goto(f"/datasets/{datasets.empty()}")
    many: list[FilePayload] = [
        {"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": str(n).encode()} for n in range(9)
    ]
    await page.get_by_label("Choose files").set_input_files(many)
    upload = page.get_by_role("region", name="Upload")
    await expect(upload.get_by_role("listitem").filter(has_text="0 bytes of")).to_have_count(4)

    await upload.get_by_role("button", name="Pause").click()
    for route in held:
        await route.continue_()
    await expect(upload.locator("b")).to_have_text("Paused: 4 of 9 files")
    sent = len(held)
    await page.unroute("**/files/**")
    await upload.get_by_role("button", name="Resume").click()

    await expect(upload.locator("b")).to_have_text("9 added")
    assert sent == 4
