"""Listings: read labels, groups and splits of paths from CSV, TSV and JSON lines."""

import os
import time
from collections.abc import Iterator
from typing import Any

from service.compute.listing_rows import BadRow, Row, delimited_rows, json_rows
from service.compute.listing_text import ListingText, open_listing
from service.errors import Unreadable

BATCH_ROWS = 200
BATCH_SECONDS = 0.25


def read(item: dict[str, Any], shared: object) -> Iterator[dict[str, Any]]:
    """Reads the file ``item["path"]``: JSON lines if it begins with ``{``, else with a header.

    Columns, in any case and order, are path (or file_name, filename, image), label (or class,
    target), group and split; others are passed over. Text is UTF-8, UTF-16 by its mark, or CP949;
    cells are divided by what divides the header: comma, semicolon or tab.

    Yields ``{"rows": [[line, path, label, group, split], ...], "problems": [[line, code, detail],
    ...], "done": 0..1}``, several times a second. Lines count from 1; an empty cell is None.
    Problems are ``no_path``, ``value_too_long``, ``wrong_value``, ``too_many_cells`` and
    ``not_json``; they concern one row. Where the listing as a whole is bad, what could be read
    comes out first, then Unreadable: ``listing_without_paths`` or ``listing_damaged``.
    """
    del shared
    with open(item["path"], "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        with open_listing(file) as text:
            for batch in _batches(text):
                yield batch | {"done": min(file.tell() / max(size, 1), 1.0)}


def _batches(text: ListingText) -> Iterator[dict[str, list[list[Any]]]]:
    rows: list[list[Any]] = []
    problems: list[list[Any]] = []
    due = time.monotonic() + BATCH_SECONDS
    try:
        for row in _rows(text):
            match row:
                case Row(line, path, label, group, split):
                    rows.append([line, path, label, group, split])
                case BadRow(line, code, detail):
                    problems.append([line, code, detail])
                case None:
                    pass
            if len(rows) + len(problems) >= BATCH_ROWS or time.monotonic() >= due:
                yield {"rows": rows, "problems": problems}
                rows, problems = [], []
                due = time.monotonic() + BATCH_SECONDS
    except Unreadable:
        yield {"rows": rows, "problems": problems}
        raise
    yield {"rows": rows, "problems": problems}


def _rows(text: ListingText) -> Iterator[Row | BadRow | None]:
    first = text.first_line()
    if first.lstrip().startswith("{"):
        return json_rows(first, text)
    return delimited_rows(first, text)
