"""Maps: what a task says of every item, as columns of numbers."""

from collections.abc import AsyncGenerator

import orjson
from starlette.responses import Response, StreamingResponse

from service.api.operations import Call, Operation
from service.api.request_headers import IF_NONE_MATCH, etag, is_known
from service.api.views import PREFIX
from service.usecases.maps import ItemMap, MapActions, NoMap
from service.usecases.task_problems import (
    ResultForgotten,
    ResultOutdated,
    TaskNotCompleted,
    TaskNotFound,
)

MEDIA_TYPE = "application/octet-stream"
LENGTH_BYTES = 8
ALIGNMENT = 8


async def read_map(call: Call) -> Response:
    """A safetensors file: the length of its header (8 bytes, little-endian), the header, columns.

    The header is JSON that says of each column its ``dtype``, ``shape`` and ``data_offsets`` after
    the header, which is padded so that typed arrays can be laid over the bytes as they are.
    """
    maps = call.state.runtime.maps
    found = await maps.find(call.user, call.id())
    headers = {"ETag": etag(found.task), "Cache-Control": "private, no-cache"}
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    beginning = _beginning(found)
    size = len(beginning) + sum(found.rows * column.type.size_bytes for column in found.columns)
    headers |= {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{found.task.id}.safetensors"',
    }
    return StreamingResponse(_parts(beginning, maps, found), headers=headers, media_type=MEDIA_TYPE)


async def _parts(beginning: bytes, maps: MapActions, found: ItemMap) -> AsyncGenerator[bytes]:
    yield beginning
    async for part in maps.bytes_of(found):
        yield part


def _beginning(found: ItemMap) -> bytes:
    header, start = {}, 0
    for column in found.columns:
        end = start + found.rows * column.type.size_bytes
        header[column.name] = {
            "dtype": column.type,
            "shape": [found.rows],
            "data_offsets": [start, end],
        }
        start = end
    told = orjson.dumps(header)
    padded = told.ljust(-(-len(told) // ALIGNMENT) * ALIGNMENT)
    return len(padded).to_bytes(LENGTH_BYTES, "little") + padded


OPERATIONS = (
    Operation(
        "GET",
        f"{PREFIX}/tasks/{{id}}/map",
        read_map,
        "What a completed task says of every item, as columns of numbers (safetensors)",
        {200: MEDIA_TYPE, 304: None},
        headers=(IF_NONE_MATCH,),
        problems=(TaskNotFound, NoMap, TaskNotCompleted, ResultForgotten, ResultOutdated),
    ),
)
