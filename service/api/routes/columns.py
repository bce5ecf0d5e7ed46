"""Columns: what is known of every item of a dataset, as columns of numbers."""

import orjson
from starlette.responses import Response

from service.api.operations import Call, Operation
from service.api.request_headers import IF_NONE_MATCH, is_known, weak_etag
from service.api.response_headers import CACHE_CONTROL, CONTENT_DISPOSITION, ETAG
from service.api.safetensors import MEDIA_TYPE, Safetensors
from service.api.schemas.columns import ColumnsQuery
from service.api.views import PREFIX
from service.usecases.columns import DatasetColumns, UnknownColumn
from service.usecases.datasets import DatasetNotFound


async def read_columns(call: Call) -> Response:
    query: ColumnsQuery = call.query
    columns = call.state.runtime.columns
    found = await columns.find(call.user, call.id(), query.names.split(","))
    headers = {ETAG: _etag(found), CACHE_CONTROL: "private, no-cache"}
    if is_known(call.request, headers[ETAG]):
        return Response(status_code=304, headers=headers)
    names = await columns.names(found)
    told = {column: orjson.dumps(names[column]).decode() for column in names}
    file = Safetensors(str(found.frozen.dataset_id), found.columns, found.rows, told)
    return file.response(columns.bytes_of(found, names), headers)


def _etag(found: DatasetColumns) -> str:
    frozen = found.frozen
    return weak_etag(frozen.dataset_id, frozen.version, frozen.extractor.version, found.read)


OPERATIONS = (
    Operation(
        "GET",
        f"{PREFIX}/datasets/{{id}}/columns",
        read_columns,
        "What is known of every item of a dataset, as columns of numbers (safetensors)",
        {200: MEDIA_TYPE, 304: None},
        told={200: (CONTENT_DISPOSITION, ETAG, CACHE_CONTROL), 304: (ETAG, CACHE_CONTROL)},
        query=ColumnsQuery,
        headers=(IF_NONE_MATCH,),
        problems=(DatasetNotFound, UnknownColumn),
    ),
)
