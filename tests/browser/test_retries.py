"""Retrying: whoever has started a task goes on with it after it ended early."""

import asyncio

import asyncpg
import pytest
from playwright.async_api import Page, expect

from tests.browser.brake import Brake
from tests.browser.datasets import Datasets
from tests.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_cancelled_analysis_is_retried_by_keyboard_and_completes(
    page: Page, busy: str, brake: Brake
) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()
    brake.let_go()

    retry = page.get_by_role("button", name="Retry", exact=True)
    await retry.focus()
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    await expect(page.get_by_role("link", name="Download as JSON")).to_be_visible()
    await expect(retry).to_have_count(0)


async def test_a_retry_of_somebody_else_is_watched_without_a_reload(
    page: Page, busy: str, datasets: Datasets
) -> None:
    await page.goto(f"/datasets/{busy}")
    await page.get_by_role("button", name="Analyse", exact=True).click()
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()

    task = datasets.newest_task(busy)
    datasets.client.post(task["links"]["retry"]).raise_for_status()

    await expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    await expect(page.get_by_role("switch", name="Live")).to_be_visible()


async def test_only_what_a_partial_analysis_set_aside_is_redone(
    page: Page, site: Site, datasets: Datasets, busy: str, brake: Brake
) -> None:
    brake.let_go()
    datasets.analysed(busy)
    await asyncio.wait_for(_set_aside(site, datasets.newest_task(busy)["id"]), 10)
    await page.goto(f"/datasets/{busy}")
    await expect(page.get_by_text("Completed in part", exact=True)).to_be_visible()

    await page.get_by_role("button", name="Redo the 2 that failed").click()

    await expect(page.get_by_text("Completed", exact=True)).to_be_visible()
    await expect(page.get_by_text("300 of 300 images", exact=True)).to_be_visible()
    told = datasets.newest_task(busy)
    assert (told["partial"], told["metadata"]["set_aside"]) == (False, 0)


async def _set_aside(site: Site, task_id: str) -> None:
    """As if two images had killed their children: no features, and a row for each."""
    connection = await asyncpg.connect(site.settings.database_url, ssl=False)
    async with connection.transaction():
        keys = await connection.fetch(
            """WITH lost AS (
                DELETE FROM features WHERE blob_id IN (
                    SELECT i.blob_id FROM items i JOIN tasks t ON t.dataset_id = i.dataset_id
                    WHERE t.id = $1::text::uuid ORDER BY i.id LIMIT 2)
                RETURNING blob_id)
            INSERT INTO set_aside (stage_id, key, code, detail)
            SELECT s.id, blob_id, 'child_crashed', 'SIGSEGV' FROM lost, stages s
            WHERE s.task_id = $1::text::uuid AND s.position = 0 RETURNING key""",
            task_id,
        )
        await connection.execute(
            "UPDATE tasks SET partial = true, set_aside = $2 WHERE id = $1::text::uuid",
            task_id,
            len(keys),
        )
    await connection.close()
