"""EXIF: which camera took a picture and when, and whether it tells where; never where.

Files that lie about themselves can make whoever reads every entry busy for minutes. Here only the
entries that are wanted are read, of few directories, and of each a few bytes.
"""

import io
import re
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from PIL import Image

MAKE: Final = 0x010F
MODEL: Final = 0x0110
EXIF_DIRECTORY: Final = 0x8769
GPS_DIRECTORY: Final = 0x8825
TAKEN: Final = (0x9003, 0x9004)
"""When it was taken, else when it was digitised; 0x0132 is when it was last changed."""
LATITUDE: Final = 2
LONGITUDE: Final = 4

TEXT: Final = (2, 129)
"""Types of text: ASCII, and UTF-8 since EXIF 3."""
MOST_ENTRIES: Final = 512
MOST_BYTES: Final = 64
PREFIX: Final = b"Exif\0\0"
ORDERS: Final = {b"II*\0": "<", b"MM\0*": ">"}
WHEN: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
COMPANY: Final = ("corporation", "corp", "company", "co", "ltd", "co.,ltd", "inc", "imaging")
"""What makers write behind their names."""
FIRST_YEAR: Final = 1826
"""That of the first photograph; clocks that say less are not set."""


@dataclass(frozen=True)
class Exif:
    """What the EXIF data say; None where they say nothing that can be understood."""

    camera: str | None = None
    """Maker and model, tidied, at most 128 characters."""
    taken: datetime | None = None
    """By the camera's clock, whose time zone is not known."""
    located: bool = False
    """Whether there is a position."""


NOTHING: Final = Exif()


@dataclass(frozen=True)
class _Entry:
    type: int
    count: int
    value: bytes
    """Four bytes: the value itself where it fits, else its place."""


_Directory = Mapping[int, _Entry]


def read(image: Image.Image, file: BinaryIO) -> Exif:
    """What the EXIF data of an opened image and its file say; damaged ones say nothing."""
    data = image.info.get("exif")
    if isinstance(data, bytes):
        return parse(io.BytesIO(data.removeprefix(PREFIX)))
    return parse(file) if image.format == "TIFF" else NOTHING


def parse(stream: BinaryIO) -> Exif:
    """Reads EXIF data, which are laid out as a TIFF file is; damaged ones say nothing."""
    try:
        stream.seek(0)
        head = stream.read(8)
        order = ORDERS.get(head[:4])
        return _Reader(stream, order).read(head[4:]) if order else NOTHING
    except (struct.error, OSError):
        return NOTHING


class _Reader:
    def __init__(self, stream: BinaryIO, order: str) -> None:
        self._stream = stream
        self._order = order

    def read(self, place: bytes) -> Exif:
        main = self._directory(place)
        details = self._below(main, EXIF_DIRECTORY)
        position = self._below(main, GPS_DIRECTORY)
        return Exif(
            camera=camera(self._text(main.get(MAKE)), self._text(main.get(MODEL))),
            taken=next(filter(None, (moment(self._text(details.get(tag))) for tag in TAKEN)), None),
            located=self._located(position.get(LATITUDE), position.get(LONGITUDE)),
        )

    def _below(self, main: _Directory, tag: int) -> _Directory:
        entry = main.get(tag)
        return self._directory(entry.value) if entry else {}

    def _directory(self, place: bytes) -> _Directory:
        (count,) = struct.unpack(f"{self._order}H", self._at(place, 2))
        data = self._stream.read(12 * min(count, MOST_ENTRIES))
        whole = data[: len(data) // 12 * 12]
        rows = struct.iter_unpack(f"{self._order}HHI4s", whole)
        return {tag: _Entry(type_, count, value) for tag, type_, count, value in rows}

    def _text(self, entry: _Entry | None) -> str:
        if entry is None or entry.type not in TEXT:
            return ""
        length = min(entry.count, MOST_BYTES)
        data = entry.value[:length] if entry.count <= 4 else self._at(entry.value, length)
        return tidy(data.partition(b"\0")[0].decode("utf-8", "replace"))

    def _located(self, *angles: _Entry | None) -> bool:
        """Whether both angles can be told; cameras that do not know where they are write zeros."""
        told = [self._angle(angle) for angle in angles]
        return all(denominator for _, denominator in told) and any(degrees for degrees, _ in told)

    def _angle(self, entry: _Entry | None) -> tuple[bool, int]:
        """Whether it is other than 0, and the denominator of its degrees."""
        if entry is None or entry.count != 3:
            return False, 0
        numbers = struct.unpack(f"{self._order}6I", self._at(entry.value, 24))
        return any(numbers[::2]), numbers[1]

    def _at(self, place: bytes, length: int) -> bytes:
        self._stream.seek(*struct.unpack(f"{self._order}I", place))
        return self._stream.read(length)


def camera(make: str, model: str) -> str | None:
    """Maker and model as one name: *NIKON CORPORATION* and *NIKON D70* are a *NIKON D70*."""
    words = make.split()
    while words and words[-1].lower().strip(".,") in COMPANY:
        words.pop()
    brand = [word.lower() for word in words]
    if model and model.split()[0].lower() in brand:
        return model
    return " ".join([*words, model]).strip() or None


def moment(text: str) -> datetime | None:
    """The moment that EXIF writes as ``2021:05:03 10:22:11``; None where there is none such."""
    found = WHEN.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        when = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a camera's clock
    except ValueError:
        return None
    return when if year >= FIRST_YEAR else None


def tidy(text: str) -> str:
    """Without control characters and the like, with single spaces."""
    shown = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return " ".join(shown.split())
