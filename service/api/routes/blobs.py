"""Blobs: the bytes of items, and small pictures of them, by content."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from service.api.operations import Call, InvalidRequest, Operation
from service.api.request_headers import IF_NONE_MATCH, is_known
from service.api.response_headers import (
    ACCEPT_RANGES,
    CACHE_CONTROL,
    CONTENT_DISPOSITION,
    CONTENT_RANGE,
    ETAG,
)
from service.api.views import PREFIX
from service.domain.picture_types import picture_type
from service.errors import MeanwhileError
from service.usecases.datasets import BlobNotFound

SHA256_LENGTH = 64
RANGE = re.compile(r"(?=[^-]|-[0-9])([0-9]{0,19})-([0-9]{0,19})")
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


class RangeNotSatisfiable(MeanwhileError):
    """No byte of the range is there."""

    code = "range_not_satisfiable"
    status = 416

    def __init__(self, size_bytes: int) -> None:
        super().__init__(f"the blob has {size_bytes} bytes, and none of them is in the range")
        self._size_bytes = size_bytes

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Range": f"bytes */{self._size_bytes}"}


class BlobResponse(FileResponse):
    """A file; a Range header that makes no sense is passed over, as RFC 9110 allows."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [pair for pair in scope["headers"] if pair[0] != b"range"]
        if told := Headers(scope=scope).get("range"):
            size_bytes = (await asyncio.to_thread(Path(self.path).stat)).st_size
            if ranges := _satisfiable(told, size_bytes):
                headers.append((b"range", f"bytes={','.join(ranges)}".encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)


def _satisfiable(told: str, size_bytes: int) -> list[str]:
    """Those of the ranges that a file of that size has; none if one of them makes no sense."""
    unit, _, listed = told.partition("=")
    found = [RANGE.fullmatch(part.strip()) for part in listed.split(",")]
    if unit.strip().lower() != "bytes" or not all(found):
        return []
    ranges = [(part[1], part[2]) for part in found if part]
    if any(first and last and int(last) < int(first) for first, last in ranges):
        return []
    there = [(first, last) for first, last in ranges if _begins(first, last, size_bytes)]
    if not there:
        raise RangeNotSatisfiable(size_bytes)
    return [f"{first}-{last}" for first, last in there]


def _begins(first: str, last: str, size_bytes: int) -> bool:
    """Whether there is a first byte; without ``first`` it is so many from the end."""
    return int(first) < size_bytes if first else int(last) > 0 < size_bytes


async def read_blob(call: Call) -> Response:
    """The bytes never change, so that a browser may keep them for ever."""
    sha256 = await _visible(call)
    headers = FOREVER | {"ETag": f'"{sha256}"'}
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    storage = call.state.runtime.storage
    beginning = await asyncio.to_thread(storage.beginning, sha256)
    if beginning is None:
        raise BlobNotFound(f"the bytes of {sha256!r} are gone from storage")
    media_type = picture_type(beginning)
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
    return Response(data, media_type=picture_type(data), headers=FOREVER)


async def _visible(call: Call) -> str:
    sha256: str = call.request.path_params["sha256"]
    if len(sha256) != SHA256_LENGTH or not set(sha256) <= set("0123456789abcdef"):
        raise InvalidRequest(f"{sha256!r} is not a SHA-256 in hexadecimal")
    await call.state.runtime.datasets.check_blob(call.user, sha256)
    return sha256


KEPT = (ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, ETAG)
BLOB = f"{PREFIX}/blobs/{{sha256}}"
OPERATIONS = (
    Operation(
        "GET",
        BLOB,
        read_blob,
        "The bytes of a blob, or a range of them",
        {200: "*/*", 206: "*/*", 304: None},
        headers=("Range", IF_NONE_MATCH),
        told={200: KEPT, 206: (*KEPT, CONTENT_RANGE), 304: (CACHE_CONTROL, ETAG)},
        problems=(BlobNotFound, RangeNotSatisfiable),
    ),
    Operation(
        "GET",
        f"{BLOB}/thumbnail",
        read_thumbnail,
        "A small picture of a blob, longest side 256 pixels",
        {200: "image/*"},
        told={200: (CACHE_CONTROL,)},
        problems=(BlobNotFound,),
    ),
)
