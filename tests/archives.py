"""Archives that tests write byte by byte, so that they can say what no honest program would."""

import bz2
import io
import random
import struct
import zlib
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Zipped:
    """An entry of a zip as ``zip_file`` writes it; what is None is told as it is."""

    name: bytes
    data: bytes = b"content"
    method: int = 8
    flags: int = 0
    mode: int = 0
    told_size: int | None = None
    told_packed: int | None = None
    told_checksum: int | None = None
    told_offset: int | None = None
    """Where another entry lies; then this one has nothing of its own."""
    extra: bytes = b""


def zip_file(
    *entries: Zipped, told_entries: int | None = None, told_size: int | None = None
) -> bytes:
    """A zip whose directory says what its entries say of themselves, lies included."""
    body, directory = io.BytesIO(), io.BytesIO()
    for entry in entries:
        _write_zipped(entry, body, directory)
    start, size = body.tell(), directory.tell()
    count = len(entries) if told_entries is None else told_entries
    told_size = size if told_size is None else told_size
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, told_size, start, 0)
    return body.getvalue() + directory.getvalue() + end


def zip64_file(
    *entries: Zipped, told_entries: int | None = None, told_start: int = 0, told_twice: bool = False
) -> bytes:
    """A zip whose end is told in the fields for large ones, or both there and in the small ones."""
    small = zip_file(*entries)
    body, size, start = small[:-22], *struct.unpack("<2L", small[-10:-2])
    count = len(entries) if told_entries is None else told_entries
    end64 = struct.pack(
        *("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0),
        *(count, count, size, told_start or start),
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(body), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return body + end64 + locator + (small[-22:] if told_twice else end)


def field_of(kind: int, content: bytes) -> bytes:
    """An extra field of a zip's entry."""
    return struct.pack("<HH", kind, len(content)) + content


def _write_zipped(entry: Zipped, body: io.BytesIO, directory: io.BytesIO) -> None:
    packed = _packed(entry)
    offset = body.tell() if entry.told_offset is None else entry.told_offset
    size = len(entry.data) if entry.told_size is None else entry.told_size
    packed_size = len(packed) if entry.told_packed is None else entry.told_packed
    checksum = zlib.crc32(entry.data) if entry.told_checksum is None else entry.told_checksum
    common = struct.pack(
        *("<5H3L2H", 20, entry.flags, entry.method, 0, 33),
        *(checksum, packed_size, size, len(entry.name), len(entry.extra)),
    )
    if entry.told_offset is None:
        body.write(b"PK\x03\x04" + common + entry.name + entry.extra + packed)
    directory.write(b"PK\x01\x02\x14\x03" + common)
    directory.write(struct.pack("<3H2L", 0, 0, 0, entry.mode << 16, offset))
    directory.write(entry.name + entry.extra)


def _packed(entry: Zipped) -> bytes:
    match entry.method:
        case 8:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            return deflate.compress(entry.data) + deflate.flush()
        case 12:
            return bz2.compress(entry.data)
        case _:
            return entry.data


@dataclass(frozen=True)
class Tarred:
    """An entry of a tar as ``tar_file`` writes it."""

    name: bytes
    data: bytes = b"content"
    kind: bytes = b"0"
    told_size: bytes | None = None
    """The 12 bytes of the field."""
    magic: bytes = b"ustar\x0000"
    link: bytes = b""
    prefix: bytes = b""


TAR_END: Final = bytes(1024)


def tar_file(*entries: Tarred, end: bytes = TAR_END) -> bytes:
    return b"".join(map(_tarred, entries)) + end


def pax(**records: bytes) -> Tarred:
    """A header that extends the one behind it; dots of keys are written as ``__``."""
    content = b"".join(
        _record(key.replace("__", ".").encode(), value) for key, value in records.items()
    )
    return Tarred(b"PaxHeaders/x", content, b"x")


def _record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + 1
    while len(str(length)) + len(body) != length:
        length += 1
    return str(length).encode() + body


def _tarred(entry: Tarred) -> bytes:
    size = b"%011o\0" % len(entry.data) if entry.told_size is None else entry.told_size
    header = bytearray(512)
    header[:100] = entry.name.ljust(100, b"\0")
    header[100:108] = b"0000644\0"
    header[124:136] = size
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = entry.kind
    header[157:257] = entry.link.ljust(100, b"\0")
    header[257:265] = entry.magic.ljust(8, b"\0")
    header[345:500] = entry.prefix.ljust(155, b"\0")
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + entry.data + bytes(-len(entry.data) % 512)


def noise(size: int, seed: int = 1) -> bytes:
    """Bytes that do not compress, the same each time."""
    return random.Random(seed).randbytes(size)
