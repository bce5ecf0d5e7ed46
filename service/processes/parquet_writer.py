"""Parquet writer: a process that turns rows into a Parquet file and lives as long as one export."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

import orjson

LENGTH_BYTES = 8


class ParquetWriter:
    """Asks the process line by line; it answers each with a piece of the file."""

    def __init__(self, sink: asyncio.StreamWriter, source: asyncio.StreamReader) -> None:
        self._sink = sink
        self._source = source

    async def begin(self, columns: Sequence[tuple[str, str]]) -> bytes:
        """Names and types (those of ``service.compute.parquet``) of the columns."""
        return await self._ask(orjson.dumps(columns))

    async def write(self, rows: Sequence[Sequence[object]]) -> bytes:
        return await self._ask(orjson.dumps(rows))

    async def end(self) -> bytes:
        return await self._ask(b"")

    async def _ask(self, line: bytes) -> bytes:
        self._sink.write(line + b"\n")
        await self._sink.drain()
        length = int.from_bytes(await self._source.readexactly(LENGTH_BYTES), "big")
        return await self._source.readexactly(length)


class ParquetWriters:
    """Opens writers, so many at the same time: each takes some hundred megabytes."""

    def __init__(self, most: int) -> None:
        self._room = asyncio.Semaphore(most)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[ParquetWriter]:
        """A process of its own; killed at the end, however far it came."""
        async with self._room:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "service.compute.parquet"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdin is not None  # noqa: S101 - a pipe was asked for
            assert process.stdout is not None  # noqa: S101 - the same
            try:
                yield ParquetWriter(process.stdin, process.stdout)
            finally:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
