"""WebFiles: what pages are made of, read and packed once, and told from memory."""

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.api.request_headers import is_known, weak_etag

STATIC = "/static/"
KEPT = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
BUILD = re.compile(r"(?:([0-9a-f]{16})/)?(.+)")
IMPORTED = re.compile(r'(?:^import|\bfrom) ?"(\.{1,2}/[^"]+)"', re.MULTILINE)


@dataclass(frozen=True)
class WebFile:
    """A file as it is told."""

    media_type: str
    body: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, path: str, body: bytes) -> Self:
        media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        packed = gzip.compress(body, 9, mtime=0)
        return cls(media_type, body, packed, weak_etag(_digest([body])[:32]))

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        headers = {"Vary": "Accept-Encoding", **headers}
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return Response(self.body, headers=headers, media_type=self.media_type)
        headers["Content-Encoding"] = "gzip"
        return Response(self.packed, headers=headers, media_type=self.media_type)


class WebFiles:
    """The files of one build; its name stands for their content, so that their addresses may.

    An address with the name of this build is kept by browsers for ever. One without, as pages of
    others have it, is asked for again each time; so is one of another build, as a page that was
    opened before an update has it: it gets the files of now.
    """

    def __init__(self, bodies: Mapping[str, bytes]) -> None:
        parts = (part for path in sorted(bodies) for part in (path.encode(), bodies[path]))
        self.build = _digest(parts)[:16]
        self._files = {path: WebFile.of(path, body) for path, body in bodies.items()}

    def address(self, path: str) -> str:
        return f"{STATIC}{self.build}/{path}"

    def imported(self, *entries: str) -> list[str]:
        """These modules and all that they import, each once; not what is imported by a call."""
        found: dict[str, None] = {}
        for entry in entries:
            self._follow(entry, found)
        return list(found)

    def _follow(self, module: str, found: dict[str, None]) -> None:
        if module in found:
            return
        found[module] = None
        for imported in self._imports(module):
            self._follow(imported, found)

    def _imports(self, module: str) -> Iterable[str]:
        folder = posixpath.dirname(module)
        for name in IMPORTED.findall(self._files[module].body.decode()):
            yield posixpath.normpath(posixpath.join(folder, name))

    async def tell(self, request: Request) -> Response:
        told = BUILD.fullmatch(request.path_params["path"])
        file = told and self._files.get(told[2])
        if not told or not file:
            raise HTTPException(404)
        kept = KEPT if told[1] == self.build else ASKED_AGAIN
        headers = {"Cache-Control": kept, "ETag": file.etag}
        if is_known(request, file.etag):
            return Response(status_code=304, headers=headers)
        return file.answer(request, headers)


def read_bodies(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder, by their paths in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _digest(parts: Iterable[bytes]) -> str:
    """Of parts with their lengths, so that no other parts in a row are the same."""
    told = hashlib.sha256()
    for part in parts:
        told.update(len(part).to_bytes(8, "big"))
        told.update(part)
    return told.hexdigest()
