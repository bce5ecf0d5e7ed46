"""Studio: how soon 100,000 pictures follow a range that is drawn, and how their wall moves."""

import asyncio
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from playwright.async_api import Page, async_playwright

from service.catalog.image_analysis import ISSUES
from service.domain.map_columns import BLOCK_ROWS, score_of
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.benchmarks.columns import filled
from tests.benchmarks.figure import Figure
from tests.benchmarks.pages import Opener, new_tab
from tests.benchmarks.serving import serving
from tests.benchmarks.working import working
from tests.browser.conftest import QUIET, chromium

ITEMS = 100_000
GROUPS = 12
LABELS = 50
STEPS = 24
FOLLOWED_MS = 100
FRAMES_A_SECOND = 50
SCROLLED_FRAMES = 240
SCROLLED_PIXELS = 300
THRESHOLD = 0.05

COMPLETED = """
UPDATE tasks SET status = 'completed', started_at = now(), completed_at = now(), result = $2
WHERE id = $1
"""
COLUMN = "INSERT INTO task_columns (task_id, name, block, data) VALUES ($1, $2, $3, $4)"

FRAME = "window.frame = () => new Promise(requestAnimationFrame);"
BRUSH = """
async ([title, keys]) => {
  const handle = document.querySelector(`[role=slider][aria-label="${title}, to"]`);
  const left = () => document.querySelector(".chips-count").textContent;
  const hung = () => Number(document.querySelector(".tile")?.ariaSetSize ?? 0);
  const counted = () => `${hung().toLocaleString("en")} `;
  const bars = () => Array.from(document.querySelectorAll(".brush-left"), (path) => path.outerHTML);
  handle.scrollIntoView({ block: "center" });
  handle.focus();
  const waits = [];
  for (const key of keys) {
    await frame();
    await frame();
    const before = [left(), bars().join()];
    const began = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const moved = () => left() !== before[0] && bars().join() !== before[1];
    do await frame(); while (!moved() || !left().startsWith(counted()));
    await frame();
    waits.push(performance.now() - began);
  }
  return waits;
}"""
SCROLL = """
async ([frames, pixels]) => {
  const wall = document.querySelector(".wall");
  wall.scrollIntoView({ block: "center" });
  await frame();
  const began = performance.now();
  for (let n = 1; n <= frames; n += 1) {
    wall.scrollTop = n * pixels;
    await frame();
  }
  return (1000 * frames) / (performance.now() - began);
}"""


async def measure(folder: Path) -> list[Figure]:
    """Needs a Chromium, as the pages do; numbers are made up, rows are real."""
    path = chromium()
    if path is None:
        print("studio: there is no Chromium here, so it is left out")
        return []
    async with working(folder) as runtime, async_playwright() as playwright:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        key = await runtime.access.new_key(user, "bench")
        dataset = (await filled(runtime, user, ITEMS)).id
        await _analysed(runtime, user, dataset)
        options = [*QUIET, "--no-sandbox"]
        browser = await playwright.chromium.launch(executable_path=path, args=options)
        async with serving(runtime.settings) as web:
            context = await Opener(browser, web, key).context()
            await context.add_init_script(FRAME)
            figures = await _used(await new_tab(context), f"/datasets/{dataset}/studio")
        await browser.close()
    return figures


async def _used(page: Page, address: str) -> list[Figure]:
    await page.goto(address, wait_until="commit")
    await page.locator(".tile").first.wait_for()
    usable: float = await page.evaluate("performance.now()")
    await page.locator(".studio-map canvas").wait_for()
    await asyncio.sleep(1)
    steps = ["ArrowLeft"] * STEPS + ["ArrowRight"] * (STEPS - 1)
    waits: list[float] = await page.evaluate(BRUSH, ["Brightness", steps])
    frames: float = await page.evaluate(SCROLL, [SCROLLED_FRAMES, SCROLLED_PIXELS])
    about = f"studio of {ITEMS:,} items"
    followed = statistics.median(waits)
    return [
        Figure(f"{about}: usable after", usable, "ms"),
        Figure(f"{about}: brush → all views", followed, "ms", at_most=FOLLOWED_MS),
        Figure(f"{about}: brush → all views, slowest of {len(waits)}", max(waits), "ms"),
        Figure(f"{about}: wall scrolled", frames, "1/s", at_least=FRAMES_A_SECOND),
    ]


async def _analysed(runtime: Runtime, user: User, dataset: UUID) -> None:
    """What an analysis and a clustering tell of every item."""
    rows = await runtime.database.pool.fetch(
        "SELECT id FROM items WHERE dataset_id = $1 ORDER BY id", dataset
    )
    ids = {"item_id": np.array([row["id"] for row in rows], "<i8")}
    random = np.random.default_rng(7)
    scores = {score_of(issue): random.random(ITEMS, "<f4") for issue in ISSUES}
    issues = [{"name": name, "threshold": THRESHOLD, "count": 0, "items": []} for name in ISSUES]
    await _told(runtime, user, ("image_analysis", dataset), {"issues": issues}, ids | scores)
    groups = random.integers(0, GROUPS, ITEMS, "<i4")
    places = {
        "x": (0.7 * np.cos(groups) + random.normal(0, 0.1, ITEMS)).astype("<f4"),
        "y": (0.7 * np.sin(groups) + random.normal(0, 0.1, ITEMS)).astype("<f4"),
        "cluster": groups,
        "distance": random.random(ITEMS, "<f4"),
    }
    await _told(runtime, user, ("clustering", dataset), {}, ids | places)


async def _told(
    runtime: Runtime,
    user: User,
    asked: tuple[str, UUID],
    result: Mapping[str, Any],
    columns: Mapping[str, np.ndarray],
) -> None:
    task = (await runtime.tasks.submit(user, Submission(*asked))).task
    pool = runtime.database.pool
    await pool.execute(COMPLETED, task.id, result)
    await pool.executemany(
        COLUMN,
        [
            (task.id, name, block, part.tobytes())
            for name, values in columns.items()
            for block, part in enumerate(_blocks(values))
        ],
    )


def _blocks(values: np.ndarray) -> Sequence[np.ndarray]:
    return np.split(values, range(BLOCK_ROWS, len(values), BLOCK_ROWS))
