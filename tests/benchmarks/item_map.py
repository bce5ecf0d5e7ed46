"""Map: how soon a browser without a GPU draws many points, moves them and shows a selection."""

import contextlib
import threading
from collections.abc import AsyncGenerator, Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from tests.benchmarks.figure import Figure
from tests.browser.conftest import QUIET, chromium

WEB = Path(__file__).parents[2] / "web"
POINTS = {100_000: True, 1_000_000: False}
"""How many, and whether the bars hold for so many."""

FIRST_PAINT_MS = 500
FRAMES_A_SECOND = 50
SELECTION_MS = 100

PAGE = """<!doctype html>
<link rel="stylesheet" href="/static/tokens.css">
<link rel="stylesheet" href="/static/styles/base.css">
<link rel="stylesheet" href="/static/styles/controls.css">
<link rel="stylesheet" href="/static/styles/map.css">
<div id="app"></div>
"""

MOUNT = """
async (count) => {
  const [{ ItemMap }, { CATEGORICAL }, { html, render }] = await Promise.all(
    ["charts/item-map.js", "charts/palette.js", "ui.js"].map((name) => import(`/static/${name}`)),
  );
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const around = (middle) => middle + 0.15 * (random() + random() + random() - 1.5);
  const colours = Uint8Array.from({ length: count }, () => Math.floor(random() * 12));
  const x = Float32Array.from(colours, (group) => around(Math.cos(group)));
  const y = Float32Array.from(colours, (group) => around(Math.sin(group)));
  const app = document.getElementById("app");
  const show = (selected) => render(html`<${ItemMap} x=${x} y=${y} colours=${colours}
    palette=${CATEGORICAL} selected=${selected} label="points" />`, app);
  window.frame = () => new Promise(requestAnimationFrame);
  window.seen = () => {
    const canvas = app.querySelector("canvas");
    if (!canvas) return "";
    const middle = [canvas.width / 2 - 200, canvas.height / 2 - 200];
    const { data } = canvas.getContext("2d").getImageData(...middle, 400, 400);
    return [...new Set(new Uint32Array(data.buffer))].sort().join();
  };
  const drawn = () => seen().split(",").length > 12;
  window.timed = async (act, done) => {
    const began = performance.now();
    act();
    do await frame(); while (!done());
    await frame();
    return performance.now() - began;
  };
  window.paintFirst = () => timed(() => show(null), drawn);
  window.select = (group) => {
    const selected = Uint8Array.from(colours, (each) => Number(each === group));
    const before = seen();
    return timed(() => show(selected), () => seen() !== before);
  };
}"""
PRESS = """
async ([keys, frames]) => {
  const field = document.querySelector("[role=application]");
  const press = (key) => field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  await frame();
  const began = performance.now();
  for (let n = 0; n < frames; n += 1) {
    press(keys[Math.floor(n / 8) % keys.length]);
    await frame();
  }
  return (1000 * frames) / (performance.now() - began);
}"""
PAN = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]
FRAMES = 128


async def measure(folder: Path) -> list[Figure]:
    """Milliseconds and frames a second, drawn by software on a screen of 1440 by 900."""
    with _served(folder) as url:
        async with _opened() as page:
            return [figure for count in POINTS for figure in await _drawn(page, url, count)]


async def _drawn(page: Page, url: str, count: int) -> list[Figure]:
    await page.goto(url)
    await page.evaluate(MOUNT, count)
    about = f"{count:,} points"
    barred = POINTS[count]
    first: float = await page.evaluate("paintFirst()")
    panned: float = await page.evaluate(PRESS, [PAN, FRAMES])
    chosen: float = await page.evaluate("select(3)")
    await page.evaluate(PRESS, [["+"], 4])
    near: float = await page.evaluate(PRESS, [PAN, FRAMES])
    least = FRAMES_A_SECOND if barred else None
    return [
        Figure(f"{about}: first paint", first, "ms", at_most=FIRST_PAINT_MS if barred else None),
        Figure(f"{about}: pan", panned, "1/s", at_least=least),
        Figure(f"{about}: pan, nearer", near, "1/s", at_least=least),
        Figure(f"{about}: select", chosen, "ms", at_most=SELECTION_MS if barred else None),
    ]


@contextlib.asynccontextmanager
async def _opened() -> AsyncGenerator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium(), args=[*QUIET, "--no-sandbox"]
        )
        yield await browser.new_page(viewport={"width": 1440, "height": 900})
        await browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
        """Says nothing."""


@contextlib.contextmanager
def _served(folder: Path) -> Generator[str]:
    """An empty page beside the files of the web."""
    (folder / "index.html").write_text(PAGE)
    (folder / "static").symlink_to(WEB)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
