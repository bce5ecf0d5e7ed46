"""Inflating: unfolds compressed bytes in blocks of bounded size, however much they claim."""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol

from service.compute.archive_entries import BLOCK_BYTES, damaged_archive
from service.compute.archive_meter import Meter

CORRUPT: Final = (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError)
"""What decompressors raise on bad bytes; bz2's OSError, unlike that of a disk, has no number."""

_READ_BYTES = 1 << 16
_DICTIONARY_BYTES = 128 << 20
"""xz files may ask for gigabytes; the largest preset, -9, needs 65 MB."""


def unfold(file: BinaryIO, magic: bytes, meter: Meter) -> Iterator[bytes]:
    """Yields the bytes behind a file that begins with ``magic``; one layer, and all its members."""
    data = _read(file, meter)
    while data.startswith(magic):
        decompressor = STREAMS[magic]()
        yield from _unfold_member(file, decompressor, data, meter)
        # xz pads with zeros, and so do tapes
        data = decompressor.unused_data.lstrip(b"\0")
        if len(data) < len(magic):
            data += _read(file, meter)


def _unfold_member(
    file: BinaryIO, decompressor: "Decompressor", data: bytes, meter: Meter
) -> Iterator[bytes]:
    while True:
        block = _decompress(decompressor, data)
        meter.unfold(len(block))
        yield block
        if decompressor.eof:
            return
        data = b""
        if decompressor.needs_input and not (data := _read(file, meter)):
            raise damaged_archive("the archive ends in the middle of its compressed bytes")


def _decompress(decompressor: "Decompressor", data: bytes) -> bytes:
    try:
        return decompressor.decompress(data, BLOCK_BYTES)
    except CORRUPT as error:
        raise damaged_archive("its compressed bytes are damaged") from error


def _read(file: BinaryIO, meter: Meter) -> bytes:
    data = file.read(_READ_BYTES)
    meter.read_bytes += len(data)
    return data


class Decompressor(Protocol):
    """How the decompressors of bz2 and lzma behave."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...


class Zlib:
    """zlib's decompressor, behaving like those of bz2 and lzma."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self.needs_input = True

    def decompress(self, data: bytes, max_length: int = BLOCK_BYTES) -> bytes:
        tail = self._inner.unconsumed_tail
        block = self._inner.decompress(tail + data if tail else data, max_length)
        self.needs_input = not self._inner.unconsumed_tail and len(block) < max_length
        return block

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data


def raw_deflate() -> Zlib:
    return Zlib(-zlib.MAX_WBITS)


def bzip2() -> bz2.BZ2Decompressor:
    return bz2.BZ2Decompressor()


STREAMS: Final[dict[bytes, Callable[[], Decompressor]]] = {
    b"\x1f\x8b\x08": lambda: Zlib(zlib.MAX_WBITS | 16),
    b"BZh": bzip2,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_DICTIONARY_BYTES),
}
"""Decompressors of whole files by how those begin."""
