"""Export formats: pages of rows as CSV, JSON, JSON Lines and Parquet, a page at a time."""

import asyncio
import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing

import orjson

from service.domain.exports import Column, Export, Row
from service.processes.parquet_writer import ParquetWriters

Encode = Callable[[Sequence[Column], Sequence[Row]], bytes]
RUNS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula, whoever has named a file so."""


async def as_csv(export: Export) -> AsyncGenerator[bytes]:
    """RFC 4180 in UTF-8 with a line of names; an empty cell is a value that there is not.

    A text that a spreadsheet would run has an apostrophe before it, which says that it is a text.
    """
    yield _csv([[column.name for column in export.columns]])
    async for part in _encoded(export, lambda _, rows: _csv([_unrun(row) for row in rows])):
        yield part


async def as_json_lines(export: Export) -> AsyncGenerator[bytes]:
    """An object a line."""
    async for part in _encoded(export, _json_lines):
        yield part


async def as_json(export: Export) -> AsyncGenerator[bytes]:
    """One array of objects, an object a line."""
    between = b"[\n"
    async for part in _encoded(export, _json_lines):
        yield between + part.rstrip(b"\n").replace(b"\n", b",\n")
        between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


async def as_parquet(export: Export, writers: ParquetWriters) -> AsyncGenerator[bytes]:
    """Apache Parquet, compressed by Zstandard, in row groups of some ten thousand."""
    async with writers.open() as writer, aclosing(export.pages) as pages:
        yield await writer.begin([(column.name, column.type) for column in export.columns])
        async for rows in pages:
            yield await writer.write(rows)
        yield await writer.end()


async def _encoded(export: Export, encode: Encode) -> AsyncIterator[bytes]:
    """In a thread: thousands of rows would hold everybody else up."""
    async with aclosing(export.pages) as pages:
        async for rows in pages:
            yield await asyncio.to_thread(encode, export.columns, rows)


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _unrun(row: Row) -> Row:
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell for cell in row]


def _json_lines(columns: Sequence[Column], rows: Sequence[Row]) -> bytes:
    names = [column.name for column in columns]
    lines = (orjson.dumps(dict(zip(names, row, strict=True))) for row in rows)
    return b"".join(line + b"\n" for line in lines)
