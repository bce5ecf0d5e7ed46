"""Pages name all that they need at once, at addresses that stand for what is there."""

import re
import shutil
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from starlette.applications import Starlette

from service.api.pages import PLACES, WEB, Place, page_routes

IMPORTED = re.compile(r'^(?:import|export)\b[^";]*"(\.[^"]+)"', re.MULTILINE)
STALE = "0123456789abcdef"
SIGNED_IN = {"Cookie": "meanwhile_session=some"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the pages that a test may change."""
    return shutil.copytree(WEB, tmp_path / "web", ignore=shutil.ignore_patterns("swagger*"))


def open_site(folder: Path) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=Starlette(routes=page_routes(folder)))
    return httpx2.AsyncClient(transport=transport, base_url="http://meanwhile")


async def build_of(site: httpx2.AsyncClient) -> str:
    """What stands for the files in their addresses."""
    found = re.search(r"/static/([0-9a-f]{16})/app\.js", (await site.get("/")).text)
    assert found is not None
    return found[1]


async def test_an_address_that_stands_for_its_content_is_kept_for_ever(copy: Path) -> None:
    site = open_site(copy)

    told = await site.get(f"/static/{await build_of(site)}/app.js")

    assert told.content == (copy / "app.js").read_bytes()
    assert told.headers["Cache-Control"] == "public, max-age=31536000, immutable"


async def test_an_address_for_pages_of_others_is_asked_again_and_mostly_known(copy: Path) -> None:
    site = open_site(copy)
    path = "/static/components/task-progress.js"

    first = await site.get(path)
    second = await site.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    assert (second.status_code, second.content) == (304, b"")


async def test_a_page_from_before_an_update_gets_the_files_of_now_and_keeps_none(
    copy: Path,
) -> None:
    site = open_site(copy)

    told = await site.get(f"/static/{STALE}/pages/drift.js")

    assert told.content == (copy / "pages" / "drift.js").read_bytes()
    assert told.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["nothing.js", f"{STALE}/nothing.js", "", "../pyproject.toml"])
async def test_what_is_not_there_is_not_found(copy: Path, path: str) -> None:
    told = await open_site(copy).get(f"/static/{path}")

    assert told.status_code == 404


async def test_any_change_makes_another_address(copy: Path) -> None:
    before = await build_of(open_site(copy))
    same = await build_of(open_site(copy))
    with (copy / "text.js").open("a") as file:
        file.write("\n")

    after = await build_of(open_site(copy))

    assert before == same != after


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.path)
async def test_a_page_asks_for_every_module_that_its_modules_import(
    copy: Path, place: Place
) -> None:
    site = open_site(copy)
    text = (await site.get(place.path.replace("{id}", "one"))).text
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', text)

    told = {address: await site.get(address) for address in named}

    imported = {
        urljoin(address, name)
        for address, answer in told.items()
        for name in IMPORTED.findall(answer.text)
    }
    assert {each.status_code for each in told.values()} == {200}
    assert imported
    assert imported <= told.keys()
    assert len(told) == len(named)


def test_every_part_of_a_dataset_is_a_place() -> None:
    written = re.search(r"const PARTS = \[OVERVIEW, (.*?)\];", (WEB / "parts.js").read_text())
    assert written is not None

    parts = re.findall(r'"(\w+)"', written[1])

    assert {f"/datasets/{{id}}/{part}" for part in parts} == {
        place.path for place in PLACES if place.path.startswith("/datasets/{id}/")
    }


async def test_styles_come_as_one_sheet_in_the_order_of_the_shell(copy: Path) -> None:
    site = open_site(copy)
    sheets = re.findall(r'"stylesheet" href="/static/([^"]+)"', (copy / "index.html").read_text())
    text = (await site.get("/")).text

    (linked,) = re.findall(r'"stylesheet" href="([^"]+)"', text)

    assert (await site.get(linked)).text == "".join((copy / each).read_text() for each in sheets)


async def test_files_are_packed_for_those_who_take_them_so(copy: Path) -> None:
    site = open_site(copy)

    packed = await site.get("/static/app.js", headers={"Accept-Encoding": "gzip"})
    plain = await site.get("/static/app.js", headers={"Accept-Encoding": "identity"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"])


async def test_what_a_page_asks_first_is_said_to_whoever_may_be_signed_in(copy: Path) -> None:
    site = open_site(copy)

    told = [
        re.findall(r"<([^>]+)>", (await site.get(path, headers=headers)).headers.get("Link", ""))
        for path, headers in (
            ("/", SIGNED_IN),
            ("/?q=dogs", SIGNED_IN),
            ("/datasets/one/studio", SIGNED_IN),
            ("/datasets/one", {}),
        )
    ]

    assert told == [
        ["/api/v1/session", "/api/v1/datasets?limit=60"],
        ["/api/v1/session"],
        ["/api/v1/session", "/api/v1/datasets/one"],
        [],
    ]


async def test_an_address_that_somebody_made_up_breaks_out_of_no_header(copy: Path) -> None:
    told = await open_site(copy).get('/datasets/%22%3E%0D%0Ax:y,<z"', headers=SIGNED_IN)

    assert re.findall(r"<([^>]+)>", told.headers["Link"]) == [
        "/api/v1/session",
        "/api/v1/datasets/%22%3E%0D%0Ax%3Ay%2C%3Cz%22",
    ]
