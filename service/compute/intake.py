"""Intake: lists the files of a folder, and copies one while it is hashed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from service.compute.new_files import NewFile
from service.errors import Unreadable

BLOCK_BYTES = 1 << 20
BATCH = 500


def list_files(item: dict[str, Any], shared: object) -> Iterator[dict[str, Any]]:
    """Yields ``{"files": [[name, problem], ...]}``: every file below ``item["folder"]``.

    Names are relative, as hexadecimal of their bytes, in the order of a sorted walk, so that a
    second listing of the same folder gives the same. ``problem`` is None or [code, detail]: links
    are not followed, devices and pipes not opened. Names that start with a dot are passed over.
    """
    del shared
    root = os.fsencode(item["folder"])
    batch: list[list[Any]] = []
    for name, problem in _walk(root, b""):
        batch.append([name.hex(), problem])
        if len(batch) == BATCH:
            yield {"files": batch}
            batch = []
    yield {"files": batch}


def copy_file(item: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Copies ``item["source"]`` (hex of its path) to ``item["target"]`` and hashes it on the way.

    Returns ``{"sha256", "size_bytes"}``; whoever adopts the copies flushes many at once. Raises
    Unreadable where the file has gone, may not be read, is not a regular file any more, has more
    than ``shared["max_file_bytes"]``, or lies outside the folder ``shared["folder"]`` since one of
    its folders was replaced by a link.
    """
    max_bytes: int = shared["max_file_bytes"]
    try:
        source = os.open(bytes.fromhex(item["source"]), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise _unreadable(error) from error
    size = 0
    with os.fdopen(source, "rb") as reader, NewFile(item["target"]) as file:
        status = os.fstat(reader.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not_a_file", "it is not a regular file")
        _check_size(status.st_size, max_bytes)
        _check_place(reader.fileno(), os.fsencode(shared["folder"]))
        while block := reader.read(BLOCK_BYTES):
            size += len(block)
            _check_size(size, max_bytes)  # it may grow while it is read
            file.write(block)
    return {"sha256": file.sha256, "size_bytes": size}


def _check_size(size_bytes: int, max_bytes: int) -> None:
    if size_bytes > max_bytes:
        raise Unreadable("file_too_large", f"it has more than the limit of {max_bytes} bytes")


def _check_place(file: int, folder: bytes) -> None:
    opened = Path(f"/proc/self/fd/{file}")
    if opened.is_symlink():  # elsewhere than on Linux this cannot be asked
        place = os.fsencode(opened.readlink())
        if not place.startswith(os.path.join(folder, b"")):
            raise Unreadable("link", "a link leads out of the folder")


def _walk(root: bytes, below: bytes) -> Iterator[tuple[bytes, list[str] | None]]:
    try:
        with os.scandir(os.path.join(root, below)) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        reason = _unreadable(error)
        yield below, [reason.code, reason.detail]
        return
    for entry in found:
        if entry.name.startswith(b"."):
            continue
        name = os.path.join(below, entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, name)
        else:
            yield name, _problem(entry)


def _problem(entry: "os.DirEntry[bytes]") -> list[str] | None:
    if entry.is_symlink():
        return ["link", "it is a link, and links are not followed"]
    if not entry.is_file(follow_symlinks=False):
        return ["not_a_file", "it is neither a file nor a folder"]
    return None


def _unreadable(error: OSError) -> Unreadable:
    if isinstance(error, FileNotFoundError):
        return Unreadable("vanished", "it was gone when it was to be read")
    return Unreadable("not_readable", os.strerror(error.errno or 0).lower())
