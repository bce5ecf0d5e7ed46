"""Notices of the browser: a task has ended while its owner looked elsewhere."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.datasets import Datasets
from tests.browser.test_grid import analyse
from tests.eventually import eventually

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# a browser without a screen shows none; what it would be asked to show is written down
LISTEN = """
  window.shown = [];
  window.asked = 0;
  window.leave = 'default';
  window.Notification = class {
    static get permission() { return window.leave; }
    static async requestPermission() { window.asked += 1; return (window.leave = window.answer); }
    constructor(title, { body }) { window.shown.push(`${title}: ${body}`); }
  };
"""
LOOK_ELSEWHERE = "Object.defineProperty(document, 'hidden', { get: () => true })"


async def opened(page: Page, answer: str) -> None:
    await page.add_init_script(LISTEN + f"window.answer = '{answer}';")
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Datasets")).to_be_visible()


async def test_whoever_asked_for_it_is_told_that_a_task_has_ended(
    page: Page, datasets: Datasets
) -> None:
    id_ = datasets.empty("tell me")
    datasets.put(id_, "1.jpg", b"1")
    await opened(page, "granted")
    await expect(page.locator(f"a[href$='{id_}']")).to_be_visible()

    await page.get_by_role("switch", name="Say when my tasks have ended").click()
    await page.evaluate(LOOK_ELSEWHERE)
    await asyncio.to_thread(analyse, datasets, id_)

    told = await eventually(lambda: page.evaluate("window.shown.length && window.shown"))
    assert told == ["tell me: Image analysis: Completed"]


async def test_nobody_is_asked_for_leave_before_a_click(page: Page) -> None:
    await opened(page, "denied")
    before = await page.evaluate("window.asked")

    switch = page.get_by_role("switch", name="Say when my tasks have ended")
    await switch.click()

    await expect(page.get_by_text("Your browser blocks notices")).to_be_attached()
    await expect(switch).not_to_be_checked()
    assert (before, await page.evaluate("window.asked")) == (0, 1)
