"""Archive streams: give exact amounts of a file's bytes in order, plain or compressed."""

import os
from collections.abc import Iterator
from typing import BinaryIO

from service.compute.archive_entries import BLOCK_BYTES, damaged_archive
from service.compute.archive_meter import Meter
from service.compute.inflating import unfold
from service.errors import Unreadable

_READ_BYTES = 1 << 18


class Stream:
    """Reads forward; where ``magic`` says how the file is compressed, through one layer of it."""

    def __init__(self, file: BinaryIO, magic: bytes | None, meter: Meter) -> None:
        self._file = file
        self._meter = meter
        self._source = unfold(file, magic, meter) if magic else self._plain()
        self._can_seek = magic is None
        self._block = b""
        self._at = 0
        self._before = 0

    @property
    def position(self) -> int:
        """How many bytes were given or passed over."""
        return self._before + self._at

    def take(self, size: int) -> bytes:
        """``size`` bytes in one piece; fewer only where the file ends."""
        end = self._at + size
        if end <= len(self._block):
            data = self._block[self._at : end]
            self._at = end
            return data
        pieces: list[bytes] = []
        while size and self._fill():
            piece = self._block[self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def blocks(self, size: int) -> Iterator[bytes]:
        """``size`` bytes in blocks, or Unreadable."""
        while size:
            data = self.take(min(size, BLOCK_BYTES))
            if len(data) < min(size, BLOCK_BYTES):
                raise cut_off()
            size -= len(data)
            yield data

    def pass_over(self, size: int) -> Iterator[None]:
        """Leaves out ``size`` bytes, or Unreadable; yields now and then, as that may take long."""
        while size:
            if not self._fill():
                raise cut_off()
            step = min(size, len(self._block) - self._at)
            self._at += step
            size -= step
            if size and self._can_seek:
                self._seek(size)
                return
            if size:
                yield

    def _fill(self) -> bool:
        """Whether there is more; if so, at least one byte of it is in the block."""
        while self._at == len(self._block):
            self._before += self._at
            self._at = 0
            block = next(self._source, None)
            self._block = block or b""
            if block is None:
                return False
        return True

    def _seek(self, size: int) -> None:
        if size > self._meter.archive_bytes - self._meter.read_bytes:
            raise cut_off()
        self._before += size
        self._meter.read_bytes = self._file.seek(size, os.SEEK_CUR)

    def _plain(self) -> Iterator[bytes]:
        while block := self._file.read(_READ_BYTES):
            self._meter.read_bytes += len(block)
            yield block


def cut_off() -> Unreadable:
    return damaged_archive("the archive ends in the middle of a file")
