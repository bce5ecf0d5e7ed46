"""Blobs: the bytes of items, and small pictures of them, by content."""

import asyncio

from starlette.responses import FileResponse, Response

from service.api.operations import Call, InvalidRequest, Operation
from service.api.views import PREFIX
from service.usecases.datasets import BlobNotFound

SHA256_LENGTH = 64
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
PICTURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""Types that a browser may show; whatever else a file claims to be, it is only to be saved."""


async def read_blob(call: Call) -> Response:
    """The bytes never change, so that a browser may keep them for ever."""
    sha256 = await _visible(call)
    headers = FOREVER | {"ETag": f'"{sha256}"'}
    if call.request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    beginning = await asyncio.to_thread(call.state.runtime.storage.beginning, sha256)
    if beginning is None:
        raise BlobNotFound(f"the bytes of {sha256!r} are gone from storage")
    media_type = _media_type(beginning)
    return FileResponse(
        call.state.runtime.storage.blob_path(sha256),
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
        problems=(BlobNotFound,),
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
