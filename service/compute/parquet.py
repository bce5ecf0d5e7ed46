"""Parquet: rows that come as lines of JSON through a pipe, as a file that goes back in pieces.

Run as a program, so that whoever reads exports need not hold Arrow. For every line that comes, one
piece goes back: its length as 8 bytes, big endian, then so many bytes of the file, maybe none.
"""

import io
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson
import pyarrow as pa
from pyarrow import parquet

TYPES: Final = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "truth": pa.bool_(),
}
ROW_GROUP: Final = 20_000
"""Rows that are written together; about 10 MB."""


def pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The file in as many pieces as lines come.

    The first line is ``[[name, type], …]`` with the types of ``TYPES``, the others are
    ``[[cell, …], …]``, rows of it, and the last is empty.
    """
    schema = pa.schema([(name, TYPES[type_]) for name, type_ in orjson.loads(next(lines))])
    file = _Pieces()
    rows: list[list[Any]] = []
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        yield file.taken()
        for line in lines:
            if not line.strip():
                break
            rows += orjson.loads(line)
            if len(rows) >= ROW_GROUP:
                writer.write_table(_table(schema, rows))
                rows.clear()
            yield file.taken()
        if rows:
            writer.write_table(_table(schema, rows))
    yield file.taken()


class _Pieces(io.RawIOBase):
    """A file that is only written and told about, and gives away what it got."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def write(self, data: Any, /) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def taken(self) -> bytes:
        """What was written since it was last asked for."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _table(schema: Any, rows: list[list[Any]]) -> Any:
    columns = zip(*rows, strict=True)
    cells = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.table(cells, schema=schema)


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Answers every line of ``source`` with a piece in ``sink``."""
    for piece in pieces(iter(source.readline, b"")):
        sink.write(len(piece).to_bytes(8, "big") + piece)
        sink.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
