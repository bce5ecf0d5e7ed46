"""What a page fetches: all of its code at once, nothing of it twice, and nothing for nothing."""

import re

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.browser.datasets import Datasets
from tests.integration.test_api import API

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CODE = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/static/")).map(({ transferSize }) => transferSize)"""
PRELOADED = (
    """() => Array.from(document.querySelectorAll("link[rel=modulepreload]"), ({ href }) => href)"""
)
STALE = "0123456789abcdef"


def places(dataset: str) -> dict[str, str]:
    """Addresses of pages, with what each shows once it is there."""
    return {
        "/": ".card:not(.skeleton)",
        "/sign-in": "h1",
        "/docs": ".swagger-ui .info",
        f"/datasets/{dataset}": ".page-head h1",
        f"/datasets/{dataset}/attributes": "figure",
        f"/datasets/{dataset}/studio": ".tile",
        "/drift": "h1",
    }


def heard(page: Page, part: str) -> list[Request]:
    """The requests of a page for addresses with this part, as they come."""
    asked: list[Request] = []
    page.on("request", lambda each: asked.append(each) if part in each.url else None)
    return asked


async def test_a_page_names_exactly_the_modules_that_it_runs(page: Page, analysed: str) -> None:
    for path, shown in places(analysed).items():
        asked = heard(page, "/static/")
        await page.goto(path)
        await expect(page.locator(shown).first).to_be_visible()

        named = await page.evaluate(PRELOADED)

        modules = {each.url for each in asked if each.url.endswith(".js")}
        assert {url for url in modules if "/vendor/swagger-ui" not in url} == set(named), path


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/", "datasets?limit=60"),
        ("/datasets/{id}", "datasets/{id}"),
        ("/datasets/{id}/studio", "datasets/{id}"),
    ],
)
async def test_a_page_asks_at_once_for_what_it_shows_first_and_only_once(
    page: Page, analysed: str, path: str, first: str
) -> None:
    place = path.format(id=analysed)
    asked = heard(page, f"{API}/")

    await page.goto(place)
    await expect(page.locator(places(analysed)[place]).first).to_be_visible()

    addresses = [each.url.partition(f"{API}/")[2] for each in asked]
    for address in ("session", first.format(id=analysed)):
        assert addresses.count(address) == 1, address


async def test_an_overview_asks_for_its_first_pictures_once(page: Page, analysed: str) -> None:
    asked = heard(page, f"/datasets/{analysed}/items?limit=12")
    await page.goto(f"/datasets/{analysed}")
    await expect(page.locator(".in-short-groups")).to_be_visible()
    await expect(page.locator(".first-pictures img").first).to_be_visible()

    await page.get_by_role("link", name="Attributes", exact=True).click()
    await expect(page.locator("figure").first).to_be_visible()

    assert len(asked) == 1


async def test_a_second_visit_fetches_no_code_over_the_line(page: Page) -> None:
    await page.goto("/")
    await expect(page.locator("h1")).to_be_visible()
    other = await page.context.new_page()

    await other.goto("/")
    await expect(other.locator("h1")).to_be_visible()

    sizes = await other.evaluate(CODE)
    assert len(sizes) > 40
    assert set(sizes) == {0}


async def test_a_page_from_before_an_update_goes_on(
    page: Page, datasets: Datasets, analysed: str
) -> None:
    async def aged(route: Route) -> None:
        answer = await route.fetch()
        text = re.sub(r"/static/[0-9a-f]{16}/", f"/static/{STALE}/", await answer.text())
        await route.fulfill(response=answer, body=text)

    await page.route(re.compile(r"/(\?q=.*)?$"), aged)
    await page.goto(datasets.listed(analysed))
    await page.locator(f".card-link[href$='{analysed}']").click()

    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
