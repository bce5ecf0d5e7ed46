"""New files: written and hashed in one go, and gone again if that fails."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o666


class NewFile:
    """A file that is not flushed to disk: whoever adopts many does that for all at once."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __enter__(self) -> "NewFile":
        self._file = os.open(self._path, _FLAGS, _MODE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)
        if kind is not None:
            with suppress(OSError):
                Path(self._path).unlink()

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        written = os.write(self._file, data)
        # less is written than was given when the disk is nearly full; the next write says so
        while written < len(data):
            written += os.write(self._file, memoryview(data)[written:])
