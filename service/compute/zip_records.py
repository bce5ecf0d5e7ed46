"""Zip records: what the directory of a zip says of each entry, read in pieces of bounded size."""

import os
import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from service.compute.archive_entries import damaged_archive
from service.compute.entry_names import zip_name
from service.compute.zip_directory import Directory

_RECORD = struct.Struct("<4s4xHH4xLLLHHH4xLL")
_RECORD_SIGNATURE = b"PK\x01\x02"
_WINDOW_BYTES = 1 << 20
"""More than the longest record has: 46 bytes and three fields of up to 65,535."""

_RECORD_LENGTHS = struct.Struct("<28x3H")
_FIELD = struct.Struct("<2sH")

_HEADER_BYTES = 30
_SEE_ZIP64 = 0xFFFFFFFF
_ZIP64_KIND, _UNICODE_PATH_KIND = b"\x01\0", b"up"
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_UTF8_FLAG = 0x0800
_AES = 99


@dataclass(frozen=True, slots=True)
class Record:
    """What the directory claims of one entry."""

    name: str
    flags: int
    method: int
    checksum: int
    packed_bytes: int
    size_bytes: int
    offset: int
    """Where the entry's own header begins in the file."""
    stored_bytes: int
    """Of packed bytes, header and name together."""
    mode: int
    """Type and rights as of Unix, or 0."""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") or stat.S_ISDIR(self.mode)

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED_FLAGS) or self.method == _AES


def records(file: BinaryIO, directory: Directory) -> Iterator[Record]:
    """Yields what the directory says of each entry, as often as there is one."""
    start, count = directory.start, 0
    while start < directory.end:
        window = os.pread(file.fileno(), min(_WINDOW_BYTES, directory.end - start), start)
        at = 0
        while (length := _record_length(window, at)) is not None:
            yield _record(window, at, directory.base)
            at += length
            count += 1
        if not at:
            raise damaged_archive("the archive's directory is damaged")
        start += at
    # without zip64 some programs count from 0 again after 65,535
    if (count - directory.entries) & 0xFFFF:
        raise damaged_archive(f"its directory lists {count} entries and tells {directory.entries}")


def _record_length(window: bytes, at: int) -> int | None:
    """None where the window does not hold all of the record."""
    if at + _RECORD.size > len(window):
        return None
    name, extra, comment = _RECORD_LENGTHS.unpack_from(window, at)
    length = _RECORD.size + name + extra + comment
    return length if at + length <= len(window) else None


def _record(window: bytes, at: int, base: int) -> Record:
    signature, flags, method, checksum, packed, size, name_bytes, extra_bytes, _, mode, offset = (
        _RECORD.unpack_from(window, at)
    )
    if signature != _RECORD_SIGNATURE:
        raise damaged_archive("the archive's directory is damaged")
    at += _RECORD.size
    name = window[at : at + name_bytes]
    extra = window[at + name_bytes : at + name_bytes + extra_bytes]
    unicode_path = None
    if _SEE_ZIP64 in (packed, size, offset) or _UNICODE_PATH_KIND in extra:
        fields = _fields(extra)
        unicode_path = fields.get(_UNICODE_PATH_KIND)
        size, packed, offset = _zip64(fields.get(_ZIP64_KIND, b""), size, packed, offset)
    return Record(
        name=zip_name(name, utf8=bool(flags & _UTF8_FLAG), unicode_path=unicode_path),
        flags=flags,
        method=method,
        checksum=checksum,
        packed_bytes=packed,
        size_bytes=size,
        offset=base + offset,
        stored_bytes=_HEADER_BYTES + name_bytes + packed,
        mode=mode >> 16,
    )


def _fields(extra: bytes) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, length = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        fields.setdefault(kind, extra[at : at + length])
        at += length
    return fields


def _zip64(field: bytes, *told: int) -> Iterator[int]:
    """Replaces the numbers that say so by the next of the field, as long as it has any."""
    for number in told:
        if number == _SEE_ZIP64 and len(field) >= 8:
            yield int.from_bytes(field[:8], "little")
            field = field[8:]
        else:
            yield number
