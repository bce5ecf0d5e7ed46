"""What the studio counts step by step is what counting everything anew gives."""

import pytest
from playwright.async_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STEPS = 300
COMPARED = """
async (steps) => {
  const root = document.querySelector("script[type=module]").src;
  const { Filters } = await import(new URL("studio/filters.js", root));
  let seed = 11;
  const random = (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const [count, size, unknown] = [500, 6, 255];
  const columns = ["one", "two", "three"].map((name) => ({
    name,
    codes: Uint8Array.from({ length: count }, () => (random(10) ? random(size) : unknown)),
  }));
  const filters = new Filters(count);
  const kept = new Map();
  const keepsAll = (n, but) => [...kept].every(([name, keeps]) => name === but || keeps(n));
  const counted = ({ name, codes }, of) => {
    const counts = Array(size).fill(0);
    codes.forEach((code, n) => code < size && of(n, name) && (counts[code] += 1));
    return counts;
  };
  const differing = [];
  for (let step = 0; step < steps; step += 1) {
    const { name, codes } = columns[random(columns.length)];
    const [from, to] = [random(size), random(size)];
    const keeps = random(4) ? (n) => codes[n] >= from && codes[n] <= to : null;
    const other = random(9) ? name : "lasso";
    filters.set(other, keeps);
    if (keeps) kept.set(other, keeps);
    else kept.delete(other);
    for (const column of columns) {
      if (!random(3)) continue; // some are counted for the first time late, or seldom
      const { all, left } = filters.counts(column.name, column.codes, size);
      const right = [counted(column, () => true), counted(column, keepsAll)].join("|");
      if ([Array.from(all), Array.from(left)].join("|") !== right) differing.push(step);
    }
    const places = Array.from({ length: count }, (_, n) => n).filter((n) => keepsAll(n));
    if (filters.wanted().join() !== places.join()) differing.push(step);
    const some = Int32Array.of(499, 3, 250);
    const mask = Array.from(some, (n) => Number(keepsAll(n)));
    if (filters.mask(some).join() !== mask.join()) differing.push(step);
  }
  return differing;
}"""


async def test_counts_that_follow_what_moves_stay_true(page: Page) -> None:
    await page.goto("/")

    differing = await page.evaluate(COMPARED, STEPS)

    assert differing == []
