"""Listing text: the lines of a file in one of a few encodings, none of them too long."""

import codecs
import io
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from service.errors import Unreadable

MAX_LINE_CHARACTERS = 1 << 20

_BLOCK_BYTES = 1 << 18
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class ListingText:
    """Lines with their ends as they are; ``number`` is that of the last one."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0
        self._characters = 0

    def __iter__(self) -> "ListingText":
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        return line

    def first_line(self) -> str:
        """The first line that is not blank; "" where there is none."""
        for line in self:
            if line.strip():
                return line
            self.end_row()
        return ""

    def end_row(self) -> None:
        """A row may have several lines, which together are no longer than one may be."""
        self._characters = 0

    def _read(self) -> str:
        try:
            line = self._text.readline(MAX_LINE_CHARACTERS)
        except UnicodeError as error:
            raise damaged(self.number + 1, "is no text of the file's encoding") from error
        self.number += 1
        self._characters += len(line)
        if self._characters >= MAX_LINE_CHARACTERS:
            raise damaged(self.number, f"has {MAX_LINE_CHARACTERS} characters or more")
        return line


@contextmanager
def open_listing(file: io.FileIO) -> Generator[ListingText]:
    """The text of a file, of which all is looked at to tell the encoding."""
    encoding = _encoding(file)
    file.seek(0)
    # newline="" recognises all ends of lines, and leaves those inside of quotes as they are
    with io.TextIOWrapper(io.BufferedReader(file), encoding, newline="") as text:
        yield ListingText(text)


def damaged(line: int, how: str) -> Unreadable:
    return Unreadable("listing_damaged", f"line {line} {how}")


def _encoding(file: io.FileIO) -> str:
    head = file.read(4)
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    for encoding in ("utf-8", "cp949"):
        if _is_text(file, encoding):
            return encoding
    raise Unreadable("listing_damaged", "its text is neither UTF-8 nor UTF-16 nor CP949")


def _is_text(file: io.FileIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK_BYTES):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
