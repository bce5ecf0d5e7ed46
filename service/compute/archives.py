"""Archives: unpacks one that a stranger made, file by file, without trusting a byte of it."""

import os
import time
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

from service.compute import tars, zips
from service.compute.archive_entries import Entry, EntryUnreadable
from service.compute.archive_meter import Allowance, Meter
from service.compute.archive_streams import Stream
from service.compute.inflating import STREAMS
from service.compute.new_files import NewFile
from service.compute.tar_headers import BLOCK_BYTES, is_end, is_header
from service.errors import Unreadable

BATCH_ENTRIES = 200
BATCH_BYTES = 32 << 20
BATCH_SECONDS = 0.25
SHOWN_CHARACTERS = 1000
"""Of the name of an entry that has a problem."""

_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
}


def unpack(item: dict[str, Any], shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Writes the files of the archive ``item["path"]`` into the folder ``item["target"]``.

    The archive is a zip or a tar, plain or in one layer of gzip, bzip2 or xz, as its content says.
    Yields ``{"entries": [[key, name, problem, file, sha256, size_bytes], ...], "done": 0..1}``,
    several times a second. Keys count the entries in the archive's order from 0, except folders
    and what is passed over: hidden names and ``__MACOSX``. Those below ``item["skip"]`` were done
    before. ``name`` is text that JSON can hold: bytes that are no text read ``\\xff``. ``problem``
    is None or [code, detail], and then the rest is None. ``file`` is its name in the target, which
    no other entry has. Nothing is flushed to disk: the caller does that for many at once.

    ``shared`` is an Allowance. Where the archive as a whole is bad, what could be read comes out
    first, then Unreadable: ``not_an_archive``, ``archive_damaged``, ``archive_encrypted``,
    ``archive_too_large``, ``archive_too_many_entries`` or ``archive_ratio``. So do
    ``quota_exceeded`` and ``storage_full``, and OSError: they are not the archive's fault.
    """
    with open(item["path"], "rb", buffering=0) as file:
        meter = Meter(Allowance(**shared), os.fstat(file.fileno()).st_size)
        yield from _Unpacking(item["target"], meter, item["skip"]).run(_entries(file, meter))


class _Unpacking:
    """Entries on their way from an archive into files and batches."""

    def __init__(self, folder: str, meter: Meter, skip: int) -> None:
        self._folder = folder
        self._meter = meter
        self._skip = skip
        self._begin_batch()

    def run(self, entries: Iterator[Entry | None]) -> Iterator[dict[str, Any]]:
        """Yields batches; the last one goes out before whatever ends the archive."""
        key = 0
        try:
            for entry in entries:
                if entry is not None:
                    yield from self._take(key, entry)
                    key += 1
                if self._is_due():
                    yield self._batch()
        except Unreadable:
            yield self._batch()
            raise
        self._meter.read_bytes = self._meter.archive_bytes
        yield self._batch()

    def _take(self, key: int, entry: Entry) -> Iterator[dict[str, Any]]:
        problem, name, size = entry.problem, entry.name, entry.size_bytes
        if key < self._skip:
            self._meter.keep_again(0 if problem else size)
            return
        if problem is None:
            try:
                sha256 = yield from self._write(str(key), entry)
            except EntryUnreadable as error:
                problem = error.problem
            else:
                self._rows.append([key, name, None, str(key), sha256, size])
                self._bytes += size
        if problem is not None:
            told = [problem.code, problem.detail]
            self._rows.append([key, name[:SHOWN_CHARACTERS], told, None, None, None])

    def _write(self, name: str, entry: Entry) -> Generator[dict[str, Any], None, str]:
        with NewFile(os.path.join(self._folder, name)) as file:
            for block in entry.blocks:
                self._meter.keep(len(block))
                file.write(block)
                if self._is_due():
                    yield self._batch()
        return file.sha256

    def _is_due(self) -> bool:
        return (
            len(self._rows) >= BATCH_ENTRIES
            or self._bytes >= BATCH_BYTES
            or time.monotonic() >= self._due
        )

    def _batch(self) -> dict[str, Any]:
        batch = {"entries": self._rows, "done": self._meter.done}
        self._begin_batch()
        return batch

    def _begin_batch(self) -> None:
        self._rows: list[list[Any]] = []
        self._bytes = 0
        self._due = time.monotonic() + BATCH_SECONDS


def _entries(file: BinaryIO, meter: Meter) -> Iterator[Entry | None]:
    head = os.pread(file.fileno(), BLOCK_BYTES, 0)
    if head.startswith(_ZIPS):
        return zips.entries(file, meter)
    for magic in STREAMS:
        if head.startswith(magic):
            return tars.entries(Stream(file, magic, meter), meter)
    if is_header(head) or is_end(head):
        return tars.entries(Stream(file, None, meter), meter)
    raise Unreadable("not_an_archive", _what_it_is(head))


def _what_it_is(head: bytes) -> str:
    if not head:
        return "the file is empty"
    for magic, kind in _OTHERS.items():
        if head.startswith(magic):
            return f"it is a {kind} file; zip, tar, tar.gz, tar.bz2 and tar.xz can be unpacked"
    return "it is neither a zip nor a tar, tar.gz, tar.bz2 or tar.xz"
