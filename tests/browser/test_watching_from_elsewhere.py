"""A page of another origin watches a real task to its end: the example of the documentation."""

from collections.abc import AsyncGenerator, Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.brake import Brake
from tests.browser.conftest import listened_to
from tests.browser.datasets import Datasets
from tests.conftest import ROOT, Site
from tests.integration.test_api import API
from tests.wire import Wire

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

HEAR = """url => new Promise((resolve) => {
  const socket = new WebSocket(url);
  socket.onmessage = ({ data }) => resolve(JSON.parse(data).id);
  socket.onerror = () => resolve("refused");
})"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the examples and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture(scope="module")
def elsewhere(neighbour: str) -> Generator[str]:
    """The example, served by somebody whom the site allows."""
    handler = partial(Quiet, directory=str(ROOT / "docs" / "examples"))
    port = urlsplit(neighbour).port
    assert port is not None
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"{neighbour}/watch.html"
        server.shutdown()


@pytest_asyncio.fixture(loop_scope="session")
async def example(
    browser: Browser, site: Site, provoked: list[str], elsewhere: str
) -> AsyncGenerator[Page]:
    async with listened_to(browser, site, provoked, None) as page:
        await page.goto(elsewhere)
        yield page


async def watch(page: Page, server: str, task_id: str, key: str) -> None:
    await page.get_by_label("Server").fill(server)
    await page.get_by_label("Task").fill(task_id)
    await page.get_by_label("API key").fill(key)
    await page.get_by_role("button", name="Watch").click()


async def test_the_example_watches_a_task_until_it_is_done(
    example: Page, site: Site, datasets: Datasets, busy: str, brake: Brake
) -> None:
    asked = {"type": "image_analysis", "dataset_id": busy}
    task = datasets.client.post(f"{API}/tasks", json=asked).json()

    await watch(example, site.url, task["id"], site.api_key)
    await expect(example.get_by_role("status")).to_have_text("in_progress")
    brake.let_go()

    await expect(example.get_by_role("status")).to_have_text("completed")
    await expect(example.get_by_role("progressbar")).to_have_js_property("value", 100)


async def test_the_example_comes_back_with_a_new_ticket(
    example: Page,
    site: Site,
    datasets: Datasets,
    busy: str,
    brake: Brake,
    wire: Wire,
    provoked: list[str],
) -> None:
    provoked.extend(["ERR_", "CORS"])
    asked = {"type": "image_analysis", "dataset_id": busy}
    task = datasets.client.post(f"{API}/tasks", json=asked).json()
    tickets: list[str] = []
    example.on("request", lambda request: tickets.append(urlsplit(request.url).query))
    await watch(example, wire.url, task["id"], site.api_key)
    await expect(example.get_by_role("status")).to_have_text("in_progress")

    wire.cut()
    brake.let_go()
    wire.mend()

    await expect(example.get_by_role("status")).to_have_text("completed")
    assert len({ticket for ticket in tickets if ticket}) == 2


async def test_the_example_says_what_is_wrong(
    example: Page, site: Site, datasets: Datasets, analysed: str, provoked: list[str]
) -> None:
    provoked.append("401")

    task = datasets.newest_task(analysed)
    await watch(example, site.url, task["id"], "mw_wrong")

    await expect(example.get_by_role("status")).to_contain_text("sign in, or send an API key")


async def test_the_cookie_opens_a_socket_for_our_pages_and_for_no_other(
    page: Page, site: Site, datasets: Datasets, analysed: str, elsewhere: str, provoked: list[str]
) -> None:
    provoked.append("403")
    task_id = datasets.newest_task(analysed)["id"]
    url = f"ws{site.url.removeprefix('http')}/ws/task/{task_id}"

    await page.goto("/")
    ours = await page.evaluate(HEAR, url)
    await page.goto(elsewhere)
    theirs = await page.evaluate(HEAR, url)

    assert (ours, theirs) == (task_id, "refused")
