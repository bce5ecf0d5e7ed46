"""A real Chromium, signed in; without one, these tests are left out, loudly."""

import os
import shutil
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Page,
    StorageState,
    async_playwright,
    expect,
)

from tests.browser.brake import Brake, braked
from tests.browser.datasets import Datasets
from tests.conftest import Site, Web
from tests.wire import Wire, wire_to

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000


def chromium() -> str | None:
    told = os.environ.get("MEANWHILE_CHROMIUM")
    return told or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    path = chromium()
    if path is None:
        reason = "there is no Chromium here: the tests in a browser were left out"
        if os.environ.get("MEANWHILE_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    options = [*QUIET, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=options)
        yield running
        await running.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def signed_in(browser: Browser, site: Site) -> StorageState:
    """The session of somebody who came by a link."""
    context = await browser.new_context(base_url=site.url)
    page = await context.new_page()
    await page.goto(site.sign_in_path())
    await page.wait_for_url("**/")
    state = await context.storage_state()
    await context.close()
    return state


@pytest.fixture
def provoked() -> list[str]:
    """Parts of what the page may say in its console, because the test makes it say so."""
    return []


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(browser: Browser, site: Site, provoked: list[str]) -> AsyncGenerator[Page]:
    """A page of somebody who is not signed in."""
    async with listened_to(browser, site, provoked, None) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(
    browser: Browser, site: Site, provoked: list[str], signed_in: StorageState
) -> AsyncGenerator[Page]:
    """A page of somebody who is signed in."""
    async with listened_to(browser, site, provoked, signed_in) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def own_page(browser: Browser, site: Site, provoked: list[str]) -> AsyncGenerator[Page]:
    """A page of somebody who is signed in by a session that no other test has, and may end it."""
    async with listened_to(browser, site, provoked, None) as opened:
        await opened.goto(site.sign_in_path())
        await opened.wait_for_url("**/")
        yield opened


@asynccontextmanager
async def listened_to(
    browser: Browser, site: Web, provoked: list[str], state: StorageState | None
) -> AsyncGenerator[Page]:
    """A page that must not have complained in its console when it is closed."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    context = await browser.new_context(
        viewport={"width": 1440, "height": 900},
        base_url=site.url,
        locale="en-GB",
        storage_state=state,
    )
    context.set_default_timeout(PATIENCE_MS)
    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield await context.new_page()
    await context.close()
    assert [said for said in complaints if not any(part in said for part in provoked)] == []


@pytest_asyncio.fixture(loop_scope="session")
async def wire(site: Site) -> AsyncGenerator[Wire]:
    """The service behind a line that can be cut."""
    async with wire_to(site.url) as line:
        yield line


@pytest.fixture(scope="session")
def datasets(site: Site) -> Generator[Datasets]:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=60) as client:
        yield Datasets(client)


@pytest.fixture(scope="session")
def analysed(datasets: Datasets, sample_folder: Path) -> str:
    """A dataset of which all is known that can be found; tests only look at it."""
    id_ = datasets.filled(sample_folder)
    for type_ in ("image_analysis", "clustering", "eda"):
        datasets.done(id_, type_)
    return id_


@pytest.fixture
def brake(site: Site) -> Generator[Brake]:
    """Makes every analysis crawl until the test lets go of it."""
    with braked(site.worker.pid) as pressed:
        yield pressed


@pytest.fixture
def busy(datasets: Datasets, brake: Brake) -> Generator[str]:
    """A dataset whose analysis goes on while it is looked at; nothing runs on it afterwards."""
    id_ = datasets.busy()
    yield id_
    datasets.cancel(id_)
