"""Blobs in a folder: each file once under its SHA-256, complete or not there at all."""

import ctypes
import os
import secrets
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from service.errors import MeanwhileError

SWEEP_AGE_SECONDS = 24 * 3600
_LINUX = sys.platform == "linux"


class StorageFull(MeanwhileError):
    """No room for the bytes."""

    code = "storage_full"
    status = 507


class LocalStorage:
    """Files below one folder; the methods block and belong into a thread."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        """Where bytes wait until all of them are there; on the same file system as the rest."""
        self._blobs = root / "blobs"
        self._thumbnails = root / "thumbnails"
        for folder in (self.incoming, self._blobs, self._thumbnails):
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

    def new_incoming(self) -> Path:
        """A path of its own for bytes that are on their way in."""
        return self.incoming / secrets.token_hex(16)

    def adopt(self, incoming: Path, sha256: str) -> None:
        """Makes a complete file in ``incoming`` the blob of that hash; equal bytes exist once."""
        target = self.blob_path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming.replace(target)

    def thumbnail(self, sha256: str) -> bytes | None:
        """JPEG, or WebP where there is transparency; None where none was made."""
        try:
            return self.thumbnail_path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def flush(self) -> None:
        """Returns once everything adopted so far survives a power cut; one call for many files."""
        folder = os.open(self.root, os.O_RDONLY)
        try:
            if not _LINUX or ctypes.CDLL(None).syncfs(folder) != 0:
                os.sync()
        finally:
            os.close(folder)

    def put_thumbnail(self, sha256: str, data: bytes) -> None:
        """Keeps a thumbnail; it can be computed again, so nothing waits for the disk."""
        target = self.thumbnail_path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = self.new_incoming()
        part.write_bytes(data)
        part.replace(target)

    def sweep(self, now: float) -> int:
        """Removes what interrupted uploads left more than a day ago; how many."""
        old = [
            path
            for path in self.incoming.iterdir()
            if now - path.lstat().st_mtime > SWEEP_AGE_SECONDS
        ]
        for path in old:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        return len(old)

    def writable(self) -> bool:
        return os.access(self.incoming, os.W_OK)
