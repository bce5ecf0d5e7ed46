"""Tars: the files of a tar, in one pass forward."""

from collections.abc import Iterator
from typing import Final

from service.compute import entry_names
from service.compute.archive_entries import (
    LINK,
    NOT_A_FILE,
    SPARSE,
    Entry,
    Problem,
    too_large,
)
from service.compute.archive_meter import Meter
from service.compute.archive_streams import Stream
from service.compute.tar_headers import BLOCK_BYTES, Header, is_end, is_header, read_header
from service.errors import Unreadable

_LINKS: Final = b"12"
_TRAILER_BYTES = 1 << 20


def entries(stream: Stream, meter: Meter) -> Iterator[Entry | None]:
    """Yields every entry that is no folder, and None now and then where passing over takes long.

    Besides what stream and meter raise, Unreadable is ``not_an_archive`` for what is no tar.
    """
    block = stream.take(BLOCK_BYTES)
    if not is_end(block) and not is_header(block):
        raise Unreadable("not_an_archive", "what it holds compressed is no tar")
    while not is_end(block):
        header = read_header(block, stream)
        meter.count_entry()
        end = stream.position + header.stored_bytes
        if not header.is_folder and not entry_names.is_passed_over(header.name):
            yield _entry(header, stream, meter)
        yield from stream.pass_over(end - stream.position)
        block = stream.take(BLOCK_BYTES)
    _read_trailer(stream)


def _entry(header: Header, stream: Stream, meter: Meter) -> Entry:
    problem = entry_names.problem_of(header.name) or _problem(header, meter)
    if problem is not None:
        return Entry(header.name, header.size_bytes, problem)
    return Entry(header.name, header.size_bytes, None, stream.blocks(header.size_bytes))


def _problem(header: Header, meter: Meter) -> Problem | None:
    if header.kind in _LINKS:
        return LINK
    if header.is_sparse:
        return SPARSE
    if not header.is_file:
        return NOT_A_FILE
    if header.size_bytes > meter.allowance.max_file_bytes:
        return too_large(header.size_bytes, meter.allowance.max_file_bytes)
    return None


def _read_trailer(stream: Stream) -> None:
    """Reads what pads the archive; behind that, compressed bytes have their checksum."""
    end = stream.position + _TRAILER_BYTES
    while stream.position < end and stream.take(BLOCK_BYTES):
        pass
