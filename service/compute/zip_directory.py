"""Zip directory: where it is, found by what is at the end of the file."""

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from service.compute.archive_entries import damaged_archive
from service.compute.archive_meter import Meter

_END = struct.Struct("<4sHHHHLLH")
_END_SIGNATURE = b"PK\x05\x06"
_MAX_COMMENT_BYTES = 0xFFFF
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END64 = struct.Struct("<4s20xQQQQ")
_END64_SIGNATURE = b"PK\x06\x06"

_MIN_RECORD_BYTES = 46


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory is, and what it claims."""

    start: int
    end: int
    entries: int
    base: int
    """Bytes that someone put before the zip, from which on its offsets count."""


def find_directory(file: BinaryIO, meter: Meter) -> Directory:
    """Finds the directory by what is at the end of the file, and checks its claims."""
    size = meter.archive_bytes
    start = max(0, size - _END.size - _MAX_COMMENT_BYTES)
    tail = os.pread(file.fileno(), size - start, start)
    at = len(tail)
    while (at := tail.rfind(_END_SIGNATURE, 0, at)) >= 0:
        if at + _END.size > len(tail):
            continue
        told = _END.unpack_from(tail, at)
        if at + _END.size + told[-1] <= len(tail):
            return _checked(_directory(file, start + at, told), told, meter)
    raise damaged_archive("the archive has no directory; it may have been cut off")


def _directory(file: BinaryIO, at: int, told: tuple[bytes, *tuple[int, ...]]) -> Directory:
    _, _, _, _, entries, size, offset, _ = told
    end = at
    # some programs tell large numbers twice, so that the small fields need not point there
    found = _find_end64(file, at)
    if found is not None:
        end, entries, size, offset = found
    return Directory(end - size, end, entries, end - size - offset)


def _find_end64(file: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
    """Where the end record of large zips is, and its entries, size and offset."""
    locator_at = end - _LOCATOR.size
    if locator_at < 0:
        return None
    locator = os.pread(file.fileno(), _LOCATOR.size, locator_at)
    if not locator.startswith(_LOCATOR_SIGNATURE):
        return None
    told = _LOCATOR.unpack(locator)[2]
    for at in (told, locator_at - _END64.size):
        record = os.pread(file.fileno(), _END64.size, at) if 0 <= at < locator_at else b""
        if record.startswith(_END64_SIGNATURE) and len(record) == _END64.size:
            _, _, entries, size, offset = _END64.unpack(record)
            return at, entries, size, offset
    return None


def _checked(directory: Directory, told: tuple[bytes, *tuple[int, ...]], meter: Meter) -> Directory:
    if told[1] not in (0, 0xFFFF):
        raise damaged_archive("it is one part of a split archive")
    meter.expect_entries(directory.entries)
    room = directory.end - directory.start
    if directory.start < 0 or directory.base < 0 or directory.entries * _MIN_RECORD_BYTES > room:
        raise damaged_archive("the archive's directory is not where its end says")
    return directory
