"""Safetensors: columns of one length in a file that is read in place, sent while it is made."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from starlette.responses import Response

from service.api.downloads import Download
from service.domain.map_columns import MapType

MEDIA_TYPE = "application/octet-stream"
LENGTH_BYTES = 8
ALIGNMENT = 8


class Column(Protocol):
    """What the header says of a column; those with the widest values come first."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> MapType: ...


@dataclass(frozen=True)
class Safetensors:
    """A file: the length of its header (8 bytes, little-endian), the header, and the columns.

    The header is JSON that says of each column its ``dtype``, ``shape`` and ``data_offsets`` after
    the header, which is padded so that typed arrays can be laid over the bytes as they are.
    """

    name: str
    columns: Sequence[Column]
    rows: int
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def response(self, parts: AsyncGenerator[bytes], headers: Mapping[str, str]) -> Response:
        """The parts are the columns, one after the other."""
        beginning = self._beginning()
        size = len(beginning) + sum(map(self._size, self.columns))
        told = {
            "Content-Length": str(size),
            "Content-Disposition": f'attachment; filename="{self.name}.safetensors"',
        }
        return Download(
            _after(beginning, parts), headers={**headers, **told}, media_type=MEDIA_TYPE
        )

    def _beginning(self) -> bytes:
        header: dict[str, Any] = {"__metadata__": self.metadata} if self.metadata else {}
        start = 0
        for column in self.columns:
            end = start + self._size(column)
            header[column.name] = {
                "dtype": column.type,
                "shape": [self.rows],
                "data_offsets": [start, end],
            }
            start = end
        told = orjson.dumps(header)
        padded = told.ljust(-(-len(told) // ALIGNMENT) * ALIGNMENT)
        return len(padded).to_bytes(LENGTH_BYTES, "little") + padded

    def _size(self, column: Column) -> int:
        return self.rows * column.type.size_bytes


async def _after(beginning: bytes, parts: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    yield beginning
    async with aclosing(parts):
        async for part in parts:
            yield part
