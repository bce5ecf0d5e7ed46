"""Tar headers: read in bounded memory, whatever they claim, with those that extend them."""

import zlib
from dataclasses import dataclass
from typing import Final

from service.compute.archive_entries import damaged_archive
from service.compute.archive_streams import Stream, cut_off
from service.compute.entry_names import tar_name

BLOCK_BYTES = 512
"""Headers are one block; contents are padded to whole ones."""

_END: Final = bytes(BLOCK_BYTES)
_FILES: Final = b"0\x007"
_FOLDERS: Final = b"5D"
_WITHOUT_CONTENT: Final = b"123456"
_LONG_NAME, _OLD_SPARSE = ord("L"), ord("S")
_PAX: Final = b"xX"
_EXTENSIONS: Final = b"xXgLKV"
"""Kinds that say more of the entry behind them, or of all, or nothing (the label of a volume)."""

_MAX_EXTENSIONS = 8
_MAX_EXTENSION_BYTES = 1 << 20
_MAX_SPARSE_BLOCKS = 10_000
_MAX_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Header:
    """What an entry claims to be."""

    kind: int
    name: str
    size_bytes: int
    is_sparse: bool

    @property
    def is_file(self) -> bool:
        return self.kind in _FILES

    @property
    def is_folder(self) -> bool:
        return self.kind in _FOLDERS or (self.is_file and self.name.endswith("/"))

    @property
    def stored_bytes(self) -> int:
        """How many bytes follow; a link may tell the size of what it leads to."""
        return 0 if self.kind in _WITHOUT_CONTENT else self.size_bytes + _padding(self.size_bytes)


@dataclass(slots=True)
class _Extension:
    """What the headers before an entry's own say of it."""

    name: bytes | None = None
    size_bytes: int | None = None
    is_sparse: bool = False


def is_end(block: bytes) -> bool:
    return block == _END


def is_header(block: bytes) -> bool:
    """Whether a block is a header, by its checksum."""
    told = block[148:156]
    # Adler-32's lower half is 1 + the sum of all bytes modulo 65521, in a tenth of sum()'s time
    expected = 1 + _number(told) + sum(told) - 8 * ord(" ")
    return len(block) == BLOCK_BYTES and zlib.adler32(block) & 0xFFFF == expected % 65521


def read_header(block: bytes, stream: Stream) -> Header:
    """The header in ``block``, or the one in the stream that it and others extend."""
    extension = _Extension()
    for _ in range(_MAX_EXTENSIONS):
        if len(block) < BLOCK_BYTES:
            raise damaged_archive("the archive has no end mark; it may have been cut off")
        if not is_header(block):
            raise damaged_archive("a header of the archive is damaged")
        if block[156] not in _EXTENSIONS:
            return _header(block, extension, stream)
        _read_extension(block, extension, stream)
        block = stream.take(BLOCK_BYTES)
    raise damaged_archive(f"a file of the archive has more than {_MAX_EXTENSIONS} headers")


def _header(block: bytes, extension: _Extension, stream: Stream) -> Header:
    size = extension.size_bytes
    if size is None:
        size = _number(block[124:136])
    if size < 0:
        raise damaged_archive("a header of the archive tells no size")
    kind = block[156]
    if kind == _OLD_SPARSE:
        _pass_over_sparse_map(block[482], stream)
    name = _name(block) if extension.name is None else extension.name
    return Header(kind, tar_name(name), size, extension.is_sparse or kind == _OLD_SPARSE)


def _name(block: bytes) -> bytes:
    name = _until_nul(block[:100])
    if block[257:263] == b"ustar\0" and block[345]:
        return _until_nul(block[345:500]) + b"/" + name
    return name


def _read_extension(block: bytes, extension: _Extension, stream: Stream) -> None:
    size = _number(block[124:136])
    if not 0 <= size <= _MAX_EXTENSION_BYTES:
        raise damaged_archive("a header of the archive is too long")
    content = stream.take(size + _padding(size))[:size]
    if len(content) < size:
        raise cut_off()
    if block[156] == _LONG_NAME:
        extension.name = _until_nul(content)
    elif block[156] in _PAX:
        _read_pax(content, extension)


def _read_pax(content: bytes, extension: _Extension) -> None:
    r"""Reads records, each ``length key=value\n`` where the length is that of all of it."""
    at = 0
    while at < len(content) and content[at]:
        digits, space, _ = content[at : at + _MAX_DIGITS].partition(b" ")
        if not space or not digits.isdigit() or int(digits) <= len(digits) + 1:
            raise damaged_archive("a header of the archive is damaged")
        key, _, value = content[at + len(digits) + 1 : at + int(digits) - 1].partition(b"=")
        _note(key, value, extension)
        at += int(digits)


def _note(key: bytes, value: bytes, extension: _Extension) -> None:
    if key in (b"path", b"GNU.sparse.name"):
        extension.name = value
    elif key == b"size":
        is_number = value.isdigit() and len(value) <= _MAX_DIGITS
        extension.size_bytes = int(value) if is_number else -1
    if key.startswith(b"GNU.sparse."):
        extension.is_sparse = True


def _pass_over_sparse_map(more: int, stream: Stream) -> None:
    for _ in range(_MAX_SPARSE_BLOCKS):
        if not more:
            return
        block = stream.take(BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            raise cut_off()
        more = block[504]
    raise damaged_archive("a sparse file of the archive has too many pieces")


def _number(field: bytes) -> int:
    """Octal digits or, where the first bit is set, a binary number; -1 where it is neither."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = _until_nul(field).strip()
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        return -1


def _padding(size: int) -> int:
    return -size % BLOCK_BYTES


def _until_nul(field: bytes) -> bytes:
    return field.partition(b"\0")[0]
