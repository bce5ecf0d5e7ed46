"""Archive entries: what readers of archives tell about each file inside."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.errors import Unreadable

BLOCK_BYTES = 1 << 20
"""Contents up to this size come in one block, all others in blocks of at most this size."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one entry cannot be had, while the archive goes on."""

    code: str
    detail: str


class EntryUnreadable(Exception):
    """The content of one entry proved bad while it was read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive, or something that is there instead of one.

    ``blocks`` gives exactly ``size_bytes`` bytes or raises; it is read before the next entry is
    asked for, or not at all.
    """

    name: str
    size_bytes: int
    problem: Problem | None = None
    blocks: Iterable[bytes] = ()


LINK = Problem("link", "it is a link, and links are not followed")
NOT_A_FILE = Problem("not_a_file", "it is neither a file nor a folder")
ENCRYPTED = Problem("encrypted", "it is encrypted")
SPARSE = Problem("sparse_file", "it is stored as a sparse file, which cannot be read")
DAMAGED = Problem("damaged", "its bytes are not those that were packed")


def too_large(size_bytes: int, limit: int) -> Problem:
    return Problem("file_too_large", f"it has {size_bytes} bytes, more than the limit of {limit}")


def damaged_archive(how: str) -> Unreadable:
    return Unreadable("archive_damaged", how)
