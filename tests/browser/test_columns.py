"""Columns of numbers in the page are those that the API has sent."""

import json
import struct

import pytest
from playwright.async_api import Page

from tests.browser.datasets import Datasets
from tests.integration.test_api import API

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKED = "brightness_mean,label"
READ = """
  async (path) => {
    const { fetchColumns } = await import("/static/columns.js");
    const { columns, metadata } = await fetchColumns(path);
    const lists = Object.entries(columns).map(([name, values]) => [name, [...values].map(String)]);
    return [Object.fromEntries(lists), metadata];
  }"""
JOIN = """
  async () => {
    const { joined } = await import("/static/columns.js");
    const ids = Float64Array.of(1, 4, 2 ** 40, 2 ** 40 + 9);
    const theirs = Float64Array.of(0, 1, 5, 2 ** 40, 2 ** 40 + 1);
    return [...joined(ids, theirs, Uint32Array.of(10, 11, 12, 13, 14), 7)];
  }"""


async def test_columns_and_the_names_of_codes_arrive_as_they_were_sent(
    page: Page, datasets: Datasets, analysed: str
) -> None:
    await page.goto("/")
    body = datasets.client.get(f"{API}/datasets/{analysed}/columns?names={ASKED}").content
    start = 8 + struct.unpack_from("<Q", body)[0]
    header = json.loads(body[8:start])

    columns, names = await page.evaluate(READ, f"/datasets/{analysed}/columns?names={ASKED}")

    rows = header["item_id"]["shape"][0]
    assert set(columns) == {"item_id", "brightness_mean", "label"}
    for name, code in (("item_id", "q"), ("label", "I"), ("brightness_mean", "f")):
        at = start + header[name]["data_offsets"][0]
        sent = struct.unpack_from(f"<{rows}{code}", body, at)
        assert [float(told) for told in columns[name]] == pytest.approx(sent, nan_ok=True)
    assert names == {"label": json.loads(header["__metadata__"]["label"])}


async def test_values_of_another_file_are_found_by_id(page: Page) -> None:
    await page.goto("/")

    values = await page.evaluate(JOIN)

    assert values == [11, 7, 13, 7]
