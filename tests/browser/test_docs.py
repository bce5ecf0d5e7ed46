"""The API in the browser: everything on one page, from nowhere but here, for everybody."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from service.api.app import OPERATIONS
from tests.browser.test_everybody import WIDTHS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OURS = {"exclude": [[".api-viewer"]]}


async def opened(page: Page) -> None:
    await page.goto("/docs")
    await expect(page.locator(".opblock")).to_have_count(len(OPERATIONS))


async def open_operation(page: Page, name: str) -> None:
    await page.locator(f"[id$='-{name}'] .opblock-summary-control").click()


async def test_a_stranger_reads_every_operation_and_its_curl_line(stranger: Page) -> None:
    asked: set[str] = set()
    stranger.on("request", lambda request: asked.add(urlsplit(request.url).netloc))

    await opened(stranger)
    await open_operation(stranger, "create_dataset")

    line = stranger.get_by_text("""-d '{"name": "holiday"}' "$URL/api/v1/datasets\"""")
    await expect(line).to_be_visible()
    assert asked == {urlsplit(stranger.url).netloc}


async def test_a_stranger_reads_which_headers_an_answer_has(stranger: Page) -> None:
    await opened(stranger)

    await open_operation(stranger, "create_dataset")

    created = stranger.locator(".responses-table .response[data-code='201']")
    await expect(created).to_contain_text("Location")
    await expect(created).to_contain_text("The address of what was made or found")


async def test_whoever_is_signed_in_tries_an_operation_there(page: Page) -> None:
    await opened(page)

    await open_operation(page, "read_session")
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response")
    await expect(answer.locator(".response-col_status")).to_have_text("200")
    await expect(answer).to_contain_text('"role": "admin"')


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_every_page_leads_there_and_back(page: Page, language: str) -> None:
    await page.goto("/")
    await page.locator(".site-tools select").select_option(language)

    await page.get_by_role("link", name="API", exact=True).click()
    await expect(page.locator(".opblock")).to_have_count(len(OPERATIONS))
    await page.locator(".site-name").click()

    await expect(page.locator("#main h1")).to_be_visible()
    await expect(page.locator(".opblock")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_follows_the_scheme_and_axe_objects_to_nothing_of_ours(
    page: Page, scheme: str
) -> None:
    wanted = "dark" if scheme == "dark" else "light"
    await page.emulate_media(color_scheme=wanted, reduced_motion="reduce")
    await opened(page)

    told = await Axe().run(page, context=OURS, options={"resultTypes": ["violations"]})

    assert [violation["id"] for violation in told.response["violations"]] == []
    dark = await page.evaluate("document.documentElement.classList.contains('dark-mode')")
    assert dark == (scheme == "dark")


async def test_it_fits_a_phone(page: Page) -> None:
    await opened(page)
    await open_operation(page, "submit_task")
    wider: dict[int, int] = {}

    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 850})
        wider[width] = await page.evaluate(
            "document.documentElement.scrollWidth - window.innerWidth"
        )

    assert {width: pixels for width, pixels in wider.items() if pixels > 0} == {}
