"""Blobs: the bytes of items, and small pictures of them, by content."""

import asyncio
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from service.api.operations import Call, InvalidRequest, Operation
from service.api.views import PREFIX
from service.errors import MeanwhileError
from service.usecases.datasets import BlobNotFound

SHA256_LENGTH = 64
RANGE = re.compile(r"(?=[^-]|-\d)(\d*)-(\d*)")
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""Types that a browser may show; whatever else a file claims to be, it is only to be saved."""


class RangeNotSatisfiable(MeanwhileError):
    """No byte of the range is there."""

    code = "range_not_satisfiable"
    status = 416


class BlobResponse(FileResponse):
    """A file; a Range header that makes no sense is passed over, as RFC 9110 allows."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("range", "")
        if told and not self._makes_sense(told):
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"range"]
        await super().__call__(scope, receive, send)

    def _makes_sense(self, told: str) -> bool:
        size_bytes = Path(self.path).stat().st_size
        unit, _, ranges = told.partition("=")
        if unit.strip().lower() != "bytes":
            return False
        found = [RANGE.fullmatch(part.strip()) for part in ranges.split(",")]
        if not all(found):
            return False
        firsts = [int(part[1]) for part in found if part and part[1]]
        lasts = [(part[1], part[2]) for part in found if part and part[2]]
        if any(first and int(first) > int(last) for first, last in lasts):
            return False
        if firsts and all(first >= size_bytes for first in firsts):
            raise RangeNotSatisfiable(f"the blob has {size_bytes} bytes")
        return True


async def read_blob(call: Call) -> Response:
    """The bytes never change, so that a browser may keep them for ever."""
    sha256 = await _visible(call)
    headers = FOREVER | {"ETag": f'"{sha256}"'}
    if call.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    storage = call.state.runtime.storage
    beginning = await asyncio.to_thread(storage.beginning, sha256)
    if beginning is None:
        raise BlobNotFound(f"the bytes of {sha256!r} are gone from storage")
    media_type = _media_type(beginning)
    return BlobResponse(
        storage.blob_path(sha256),
        headers=headers,
        media_type=media_type or "application/octet-stream",
        filename=sha256,
        content_disposition_type="inline" if media_type else "attachment",
    )


async def read_thumbnail(call: Call) -> Response:
    sha256 = await _visible(call)
    data = await asyncio.to_thread(call.state.runtime.storage.thumbnail, sha256)
    if data is None:
        raise BlobNotFound("there is no thumbnail yet; an image analysis makes one")
    return Response(data, media_type=_media_type(data), headers=FOREVER)


async def _visible(call: Call) -> str:
    sha256: str = call.request.path_params["sha256"]
    if len(sha256) != SHA256_LENGTH or not set(sha256) <= set("0123456789abcdef"):
        raise InvalidRequest(f"{sha256!r} is not a SHA-256 in hexadecimal")
    await call.state.runtime.datasets.check_blob(call.user, sha256)
    return sha256


def _media_type(beginning: bytes) -> str | None:
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    return next((type_ for magic, type_ in PICTURES if beginning.startswith(magic)), None)


BLOB = f"{PREFIX}/blobs/{{sha256}}"
OPERATIONS = (
    Operation(
        "GET",
        BLOB,
        read_blob,
        "The bytes of a blob, or a range of them",
        {200: "*/*", 206: "*/*", 304: None},
        problems=(BlobNotFound, RangeNotSatisfiable),
    ),
    Operation(
        "GET",
        f"{BLOB}/thumbnail",
        read_thumbnail,
        "A small picture of a blob, longest side 256 pixels",
        {200: "image/*"},
        problems=(BlobNotFound,),
    ),
)
