"""Incoming: bytes on their way into storage; what nobody brings any more is swept away."""

import fcntl
import hashlib
import os
import secrets
import shutil
from pathlib import Path

SWEEP_AGE_SECONDS = 60
"""Younger ones may not have their lock yet."""


class IncomingFolder:
    """A folder for the files of one run or request; made when it is first needed, then removed.

    A lock on it lasts as long as its process, so that what a killed one leaves is told apart.
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._path: Path | None = None
        self._lock = -1

    @property
    def path(self) -> Path:
        if self._path is None:
            self._path = self._parent / secrets.token_hex(16)
            self._path.mkdir()
            self._lock = os.open(self._path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._path

    def new_file(self) -> Path:
        """A path of its own in the folder."""
        return self.path / secrets.token_hex(16)

    @property
    def used(self) -> bool:
        return self._path is not None

    def remove(self) -> None:
        """Removes whatever is still in it."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            os.close(self._lock)
            self._path = None


class HashedFile:
    """A new file that is hashed while it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size_bytes = 0
        self._digest = hashlib.sha256()
        self._file = path.open("xb", buffering=0)

    @property
    def sha256(self) -> bytes:
        """Of what was written until now."""
        return self._digest.digest()

    def write(self, block: bytes | bytearray) -> None:
        """Appends a block; raises OSError where the disk is full."""
        written = self._file.write(block)
        # less is written than was given when the disk is nearly full; the next write says so
        while written < len(block):
            written += self._file.write(memoryview(block)[written:])
        self._digest.update(block)
        self.size_bytes += len(block)

    def close(self) -> None:
        self._file.close()


def sweep(folder: Path, now: float) -> int:
    """Removes what the killed have left in the folder; how many files and folders."""
    return sum(_remove_if_abandoned(path, now) for path in folder.iterdir())


def _remove_if_abandoned(path: Path, now: float) -> bool:
    try:
        if now - path.lstat().st_mtime < SWEEP_AGE_SECONDS:
            return False
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
