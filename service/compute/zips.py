"""Zips: the files that a zip's directory lists, read one by one and never all at once."""

import os
import stat
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from service.compute import entry_names
from service.compute.archive_entries import (
    BLOCK_BYTES,
    DAMAGED,
    ENCRYPTED,
    LINK,
    NOT_A_FILE,
    Entry,
    EntryUnreadable,
    Problem,
    damaged_archive,
    too_large,
)
from service.compute.archive_meter import Meter
from service.compute.inflating import CORRUPT, Decompressor, bzip2, raw_deflate
from service.compute.zip_directory import Directory, find_directory
from service.compute.zip_records import Record, records
from service.errors import Unreadable

_HEADER = struct.Struct("<4s22xHH")
_HEADER_SIGNATURE = b"PK\x03\x04"
_EXTRA_BYTES = 64
"""Room for most headers' extra fields, so that one read gets a header and a small content."""
_READ_BYTES = 1 << 16

_STORED = 0
_DECOMPRESSORS: Final[dict[int, Callable[[], Decompressor]]] = {8: raw_deflate, 12: bzip2}


def entries(file: BinaryIO, meter: Meter) -> Iterator[Entry]:
    """Yields every entry that is no folder, in the order of the directory.

    Besides what the meter raises, Unreadable is ``archive_damaged`` where the directory is missing
    or lies, and, after the last entry, ``archive_encrypted`` where all of them are.
    """
    directory = find_directory(file, meter)
    files = encrypted = 0
    for record in records(file, directory):
        meter.count_entry()
        _count_read(record, directory, meter)
        if record.is_folder or entry_names.is_passed_over(record.name):
            continue
        files += 1
        encrypted += record.is_encrypted
        yield _entry(file, record, directory, meter)
    if files and files == encrypted:
        raise Unreadable("archive_encrypted", "every file of the archive is encrypted")


def _count_read(record: Record, directory: Directory, meter: Meter) -> None:
    """Entries that share bytes are how a small zip holds petabytes; those beyond it hold none."""
    if record.offset + record.stored_bytes <= directory.start:
        meter.read_bytes += record.stored_bytes
    if meter.read_bytes > directory.start:
        raise damaged_archive("the archive's entries overlap each other")


def _entry(file: BinaryIO, record: Record, directory: Directory, meter: Meter) -> Entry:
    problem = entry_names.problem_of(record.name) or _problem(record, directory, meter)
    if problem is not None:
        return Entry(record.name, record.size_bytes, problem)
    return Entry(record.name, record.size_bytes, None, _content(file, record, meter))


def _problem(record: Record, directory: Directory, meter: Meter) -> Problem | None:
    if record.is_encrypted:
        return ENCRYPTED
    if stat.S_ISLNK(record.mode):
        return LINK
    if stat.S_IFMT(record.mode) not in (0, stat.S_IFREG):
        return NOT_A_FILE
    if record.method != _STORED and record.method not in _DECOMPRESSORS:
        return Problem("unsupported_compression", f"it is packed by method {record.method}")
    if record.size_bytes > meter.allowance.max_file_bytes:
        return too_large(record.size_bytes, meter.allowance.max_file_bytes)
    if record.offset + record.stored_bytes > directory.start:
        return DAMAGED
    return None


def _content(file: BinaryIO, record: Record, meter: Meter) -> Iterator[bytes]:
    """The entry's bytes, of which there are as many as was told, and their checksum is right."""
    size = checksum = 0
    for block in _unpacked(file, record):
        size += len(block)
        meter.unfold(len(block))
        if size > record.size_bytes:
            break
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != record.size_bytes or checksum != record.checksum:
        raise EntryUnreadable(DAMAGED)


def _unpacked(file: BinaryIO, record: Record) -> Iterator[bytes]:
    packed = _packed(file, record)
    if record.method == _STORED:
        yield from packed
        return
    decompressor = _DECOMPRESSORS[record.method]()
    for data in packed:
        yield _decompress(decompressor, data)
        while not (decompressor.needs_input or decompressor.eof):
            yield _decompress(decompressor, b"")
        if decompressor.eof:
            return
    raise EntryUnreadable(DAMAGED)


def _decompress(decompressor: Decompressor, data: bytes) -> bytes:
    try:
        return decompressor.decompress(data, BLOCK_BYTES)
    except CORRUPT as error:
        raise EntryUnreadable(DAMAGED) from error


def _packed(file: BinaryIO, record: Record) -> Iterator[bytes]:
    header_bytes = record.stored_bytes - record.packed_bytes + _EXTRA_BYTES
    head = os.pread(
        file.fileno(), header_bytes + min(record.packed_bytes, _READ_BYTES), record.offset
    )
    if len(head) < _HEADER.size or not head.startswith(_HEADER_SIGNATURE):
        raise EntryUnreadable(DAMAGED)
    _, name_bytes, extra_bytes = _HEADER.unpack_from(head)
    start = _HEADER.size + name_bytes + extra_bytes
    data = head[start : start + record.packed_bytes]
    position, left = record.offset + start, record.packed_bytes
    while True:
        yield data
        position += len(data)
        left -= len(data)
        if not left:
            return
        data = os.pread(file.fileno(), min(left, _READ_BYTES), position)
        if not data:
            raise EntryUnreadable(DAMAGED)
