"""Blobs in a folder: each file once under its SHA-256, complete or not there at all."""

import ctypes
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.errors import MeanwhileError
from service.storage.incoming import IncomingFolder, sweep

_LINUX = sys.platform == "linux"


class StorageFull(MeanwhileError):
    """No room for the bytes."""

    code = "storage_full"
    status = 507


class LocalStorage:
    """Files below one folder; the methods block and belong into a thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        self._uploads = root / "uploads"
        self._blobs = root / "blobs"
        self._thumbnails = root / "thumbnails"
        for folder in (self._incoming, self._uploads, self._blobs, self._thumbnails):
            folder.mkdir(parents=True, exist_ok=True)

    @classmethod
    def from_url(cls, url: str) -> "LocalStorage":
        """For ``file:///absolute/folder``."""
        parts = urlsplit(url)
        if parts.scheme != "file" or not parts.path.startswith("/"):
            raise ValueError(f"STORAGE_URL must be file:///absolute/folder, not {url!r}")
        return cls(Path(unquote(parts.path)))

    def blob_path(self, sha256: str) -> Path:
        return Path(f"{self._blobs}/{sha256[:2]}/{sha256}")

    def thumbnail_path(self, sha256: str) -> Path:
        return Path(f"{self._thumbnails}/{sha256[:2]}/{sha256}")

    def beginning(self, sha256: str) -> bytes | None:
        """The first 16 bytes of a blob, which tell its type; None where it is not there."""
        try:
            with self.blob_path(sha256).open("rb") as file:
                return file.read(16)
        except FileNotFoundError:
            return None

    def upload_path(self, upload: str) -> Path:
        """Where an uploaded archive or list lies until its task has read it."""
        return self._uploads / upload

    def incoming_folder(self) -> IncomingFolder:
        """A folder for files that are to become blobs; on the same file system."""
        return IncomingFolder(self._incoming)

    def adopt(self, incoming: Iterable[tuple[Path, str]]) -> set[Path]:
        """Makes complete files the blobs of their SHA-256, and returns once they are on the disk.

        Equal bytes exist once. What was adopted already is passed over. Returns files that are gone
        and in no blob.
        """
        gone: set[Path] = set()
        blobs = str(self._blobs)
        for path, sha256 in incoming:
            try:
                os.rename(path, f"{blobs}/{sha256[:2]}/{sha256}")  # noqa: PTH104 - a path costs more
            except FileNotFoundError:
                if not self._moved(path, self.blob_path(sha256)):
                    gone.add(path)
        self._flush()
        return gone

    def keep_upload(self, incoming: Path, upload: str) -> None:
        """Keeps a complete file until its task has read it; returns once it is on the disk."""
        _move(incoming, self.upload_path(upload))
        self._flush()

    def remove_upload(self, upload: str) -> None:
        self.upload_path(upload).unlink(missing_ok=True)

    def remove_blob(self, sha256: str) -> None:
        """Removes a blob with its thumbnail."""
        self.blob_path(sha256).unlink(missing_ok=True)
        self.thumbnail_path(sha256).unlink(missing_ok=True)

    def thumbnail(self, sha256: str) -> bytes | None:
        """JPEG, WebP or PNG; None where none was made."""
        try:
            return self.thumbnail_path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def put_thumbnail(self, sha256: str, data: bytes) -> None:
        """Keeps a thumbnail; it can be computed again, so nothing waits for the disk.

        One that is there already is left alone: file systems take long to replace a file.
        """
        target = self.thumbnail_path(sha256)
        if self.thumbnail(sha256) == data:
            return
        part = self._incoming / secrets.token_hex(16)
        part.write_bytes(data)
        _move(part, target)

    def show_blob_as_thumbnail(self, sha256: str) -> None:
        """Makes a blob its own thumbnail, unless it has one: one file by two names."""
        blob, target = self.blob_path(sha256), self.thumbnail_path(sha256)
        target.parent.mkdir(exist_ok=True)
        try:
            target.hardlink_to(blob)
        except FileExistsError:
            pass
        except OSError:  # a file system where a file has one name only
            self.put_thumbnail(sha256, blob.read_bytes())

    def sweep(self) -> int:
        """Removes what killed processes have left half-way; how many files and folders."""
        return sweep(self._incoming, time.time())

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def writable(self) -> bool:
        return os.access(self._incoming, os.W_OK)

    def _moved(self, path: Path, target: Path) -> bool:
        """Whether it is there after all: moved before, or now that its folder has been made."""
        if not path.exists():
            return target.exists()
        _move(path, target)
        return True

    def _flush(self) -> None:
        """One call for many files."""
        folder = os.open(self.root, os.O_RDONLY)
        try:
            if not _LINUX or ctypes.CDLL(None).syncfs(folder) != 0:
                os.sync()
        finally:
            os.close(folder)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(exist_ok=True)
        source.replace(target)
