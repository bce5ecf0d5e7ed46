"""Maps: what a task says of every item, as columns of numbers."""

from starlette.responses import Response

from service.api.operations import Call, Operation
from service.api.request_headers import IF_NONE_MATCH, etag, is_known
from service.api.safetensors import MEDIA_TYPE, Safetensors
from service.api.views import PREFIX
from service.usecases.datasets import DatasetNotFound
from service.usecases.maps import NoMap
from service.usecases.task_problems import (
    ResultForgotten,
    ResultOutdated,
    TaskNotCompleted,
    TaskNotFound,
)


async def read_map(call: Call) -> Response:
    maps = call.state.runtime.maps
    found = await maps.find(call.user, call.id())
    headers = {"ETag": etag(found.task), "Cache-Control": "private, no-cache"}
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    file = Safetensors(str(found.task.id), found.columns, found.rows)
    return file.response(maps.bytes_of(found), headers)


OPERATIONS = (
    Operation(
        "GET",
        f"{PREFIX}/tasks/{{id}}/map",
        read_map,
        "What a completed task says of every item, as columns of numbers (safetensors)",
        {200: MEDIA_TYPE, 304: None},
        headers=(IF_NONE_MATCH,),
        problems=(
            TaskNotFound,
            DatasetNotFound,
            NoMap,
            TaskNotCompleted,
            ResultForgotten,
            ResultOutdated,
        ),
    ),
)
