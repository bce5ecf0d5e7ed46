"""Bare files: small image files that hold pixels and nothing else, told from their bytes alone."""

import struct
from typing import Final

LONGEST_SIDE: Final = 256

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = {
    b"IHDR": 13,
    b"PLTE": 768,
    b"tRNS": 256,
    b"gAMA": 4,
    b"cHRM": 32,
    b"sRGB": 1,
    b"sBIT": 4,
    b"bKGD": 6,
    b"pHYs": 9,
    b"IDAT": 1 << 31,
    b"IEND": 0,
}
"""The chunks that say how pixels are to be shown, and the most bytes of each."""

_START: Final = 0xD8
_END: Final = 0xD9
_SCAN: Final = 0xDA
_FRAMES: Final = (0xC0, 0xC1, 0xC2)
"""Baseline, extended and progressive."""
_TABLES: Final = (0xC4, 0xDB, 0xDD)
"""Huffman codes, quantisation, and how often decoding may begin anew."""
_APPLICATIONS: Final = {0xE0: (b"JFIF\0", 16), 0xEE: (b"Adobe", 14)}
"""How the data of applications begin that tell about pixels, and their length."""


def is_bare(data: bytes) -> bool:
    """Whether a whole file is a PNG or JPEG of at most 256 pixels a side and nothing but pixels.

    No text, no EXIF, no profile, nothing that is private, nothing behind the end. What is damaged
    may be called either; whoever asks has decoded it.

    Sources: W3C, "Portable Network Graphics"; ITU-T T.81, annex B.
    """
    try:
        return _is_bare_png(data) if data.startswith(_PNG) else _is_bare_jpeg(data)
    except (struct.error, IndexError, ValueError):  # it ends in the middle
        return False


def _is_bare_png(data: bytes) -> bool:
    if max(struct.unpack_from(">II", data, 16)) > LONGEST_SIDE:
        return False
    at = len(_PNG)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        if length > _PNG_CHUNKS.get(kind, -1):
            return False
        at += 12 + length
        if kind == b"IEND":
            return at == len(data)


def _is_bare_jpeg(data: bytes) -> bool:
    if data[:2] != bytes((0xFF, _START)):
        return False
    at = 2
    while (marker := _marker(data, at)) != _END:
        (length,) = struct.unpack_from(">H", data, at + 2)
        if not _tells_of_pixels(marker, data[at + 4 : at + 2 + length]):
            return False
        at += 2 + length
        if marker == _SCAN:
            at = _behind_scan(data, at)
    return at + 2 == len(data)


def _marker(data: bytes, at: int) -> int:
    return data[at + 1] if data[at] == 0xFF else 0


def _tells_of_pixels(marker: int, body: bytes) -> bool:
    if marker in _FRAMES:
        return max(struct.unpack_from(">HH", body, 1)) <= LONGEST_SIDE
    if marker in _APPLICATIONS:
        begins, length = _APPLICATIONS[marker]
        return body.startswith(begins) and len(body) == length - 2
    return marker in _TABLES or marker == _SCAN


def _behind_scan(data: bytes, at: int) -> int:
    """The place of the next marker that is neither a byte of the scan nor a new beginning in it."""
    while True:
        at = data.index(0xFF, at)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2
