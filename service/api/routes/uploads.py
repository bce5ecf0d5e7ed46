"""Uploads: every way in which bytes come into a dataset through the web."""

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from service.api.multipart import Part, parts
from service.api.operations import BodyTooLarge, Call, InvalidRequest, Operation
from service.api.request_headers import IDEMPOTENCY_KEY, PREFER, idempotency_key
from service.api.routes.tasks import ACCEPTED, SUBMISSION_PROBLEMS, accepted
from service.api.schemas.datasets import AddedFile, FilesAnswer, RoomAnswer
from service.api.schemas.embeddings import EmbeddingsList, ModelBody
from service.api.schemas.tasks import TaskAnswer
from service.api.views import PREFIX, json
from service.db.items import Added
from service.errors import MeanwhileError
from service.storage.local import StorageFull
from service.usecases.datasets import DatasetNotFound, InvalidName
from service.usecases.embeddings import (
    EmbeddingsNotFound,
    ModelNotAllowed,
    ModelTooLarge,
    TooManyEmbeddings,
)
from service.usecases.tasks import Submission
from service.usecases.uploads import (
    EmptyUpload,
    FileTooLarge,
    InvalidPath,
    QuotaExceeded,
    Receiving,
    Room,
    Skipped,
    Taken,
)


class NothingTaken(MeanwhileError):
    """Every file of a form was refused."""

    code = "nothing_taken"
    status = 422


ALMOST_FULL = 0.1
"""The share of what is left below which a page warns."""


async def add_files(call: Call) -> Response:
    """Files are hashed on their way into storage; then they all join in one version."""
    settings = call.state.runtime.settings
    uploads = call.state.runtime.uploads
    form = parts(call.request, at_most=settings.max_request_bytes)
    async with uploads.receive(call.user, call.id(), _announced(call.request)) as receiving:
        await _take_parts(form, receiving, settings.max_files_per_request)
        added = await uploads.add(call.id(), receiving.taken)
    return json(
        {
            "version": added.version,
            "added": [_file_view(file, added) for file in receiving.taken],
            "skipped": [_skipped_view(file) for file in receiving.skipped],
        },
        201,
    )


async def put_file(call: Call) -> Response:
    uploads = call.state.runtime.uploads
    path: str = call.request.path_params["path"]
    async with uploads.receive(call.user, call.id(), _announced(call.request)) as receiving:
        await receiving.take(path, call.request.stream())
        if receiving.skipped:
            _refuse(receiving.skipped[0])
        added = await uploads.add(call.id(), receiving.taken)
        (taken,) = receiving.taken
    status = 200 if added.states[taken.item.path] == "unchanged" else 201
    return json(_file_view(taken, added), status)


async def import_archive(call: Call) -> Response:
    return await _submit(call, "archive_import")


async def import_labels(call: Call) -> Response:
    return await _submit(call, "label_import")


async def put_embeddings(call: Call) -> Response:
    name: str = call.request.path_params["name"]
    await call.state.runtime.own_embeddings.check_new(call.user, call.id(), name)
    return await _submit(call, "embedding_import", {"name": name})


async def make_embeddings(call: Call) -> Response:
    """Only who may import into the dataset learns whether the model is there."""
    body: ModelBody = call.body
    name: str = call.request.path_params["name"]
    runtime = call.state.runtime
    await runtime.own_embeddings.check_new(call.user, call.id(), name)
    model = await runtime.own_embeddings.check_model(body.model)
    sha256 = await runtime.own_embeddings.sha256_of(model)
    params = body.model_dump() | {"name": name, "model": str(model), "sha256": sha256}
    asked = Submission(
        "embedding_model",
        dataset_id=call.id(),
        params=params,
        key=idempotency_key(call.request),
    )
    return await accepted(call, await runtime.tasks.start(call.user, asked))


async def delete_embeddings(call: Call) -> Response:
    name: str = call.request.path_params["name"]
    await call.state.runtime.own_embeddings.delete(call.user, call.id(), name)
    return Response(status_code=204)


async def list_embeddings(call: Call) -> Response:
    found = await call.state.runtime.own_embeddings.of(call.user, call.id())
    return json({"items": [vars(each) | {"id": str(each.id)} for each in found]})


async def read_room(call: Call) -> Response:
    return json(_room_view(await call.state.runtime.uploads.room(call.user.id)))


async def _submit(
    call: Call, type_: str, params: Mapping[str, Any] = MappingProxyType({})
) -> Response:
    """Keeps the body, then submits the task that reads it; one that comes again is not needed."""
    runtime, key = call.state.runtime, idempotency_key(call.request)
    async with aclosing(_whole_body(call.request)) as body:
        upload = await runtime.uploads.keep(call.user, call.id(), body, _announced(call.request))
    asked = Submission(
        type_,
        dataset_id=call.id(),
        params={**params, "upload": str(upload.id)},
        key=key,
        upload_sha256=upload.sha256,
    )
    try:
        submitted = await runtime.tasks.start(call.user, asked)
    except MeanwhileError:
        await runtime.uploads.forget(str(upload.id))
        raise
    if submitted.task.params["upload"] == str(upload.id):
        await runtime.uploads.give(upload.id, submitted.task.id)
    else:
        await runtime.uploads.forget(str(upload.id))
    return await accepted(call, submitted)


async def _whole_body(request: Request) -> AsyncGenerator[bytes]:
    """The raw body, or the field ``file`` of a form."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        async for block in request.stream():
            yield block
        return
    async for part in parts(request):
        if part.name in ("file", "files") and part.file_name is not None:
            async for block in part.body:
                yield block
            return
        await _pass_over(part.body)
    raise InvalidRequest(
        "the form has no file; send it as the field 'file'", fields=[("file", "missing")]
    )


async def _take_parts(form: AsyncGenerator[Part], receiving: Receiving, at_most: int) -> None:
    async for part in form:
        if part.name != "files" or part.file_name is None:
            await _pass_over(part.body)
        elif len(receiving.taken) + len(receiving.skipped) >= at_most:
            raise InvalidRequest(f"a form has at most {at_most} files; send the rest in another")
        else:
            await receiving.take(part.file_name, part.body)
    if not receiving.taken and not receiving.skipped:
        raise InvalidRequest(
            "there are no files; send them as form fields named 'files'",
            fields=[("files", "missing")],
        )
    if not receiving.taken:
        reasons = [(_shown(file.path), file.reason.detail) for file in receiving.skipped]
        raise NothingTaken("none of the files can be taken", fields=reasons)


async def _pass_over(body: AsyncIterable[bytes]) -> None:
    async for _ in body:
        pass


def _announced(request: Request) -> int:
    """What the request says of its length; the limits hold for what really comes, too."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isdecimal() else 0


def _refuse(skipped: Skipped) -> None:
    kind = FileTooLarge if skipped.reason.code == FileTooLarge.code else InvalidPath
    raise kind(skipped.reason.detail)


def _file_view(file: Taken, added: Added) -> dict[str, Any]:
    item = file.item
    return {
        "path": item.path,
        "sha256": item.sha256.hex(),
        "size_bytes": item.size_bytes,
        "item_id": added.item_ids.get(item.path),
        "state": added.states[item.path],
    }


def _skipped_view(file: Skipped) -> dict[str, Any]:
    return {
        "path": _shown(file.path),
        "code": file.reason.code,
        "reason": file.reason.detail,
    }


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _room_view(room: Room) -> dict[str, Any]:
    quota = room.quota_bytes
    left = min(
        room.free_bytes / (room.free_bytes + room.used_bytes or 1),
        1.0 if quota is None else (quota - room.used_bytes) / quota,
    )
    return vars(room) | {"almost_full": left < ALMOST_FULL}


FILES = f"{PREFIX}/datasets/{{id}}/files"
EMBEDDINGS = f"{PREFIX}/datasets/{{id}}/embeddings"
TOO_MUCH = (FileTooLarge, QuotaExceeded, StorageFull)
OPERATIONS = (
    Operation(
        "POST",
        FILES,
        add_files,
        "Add files; those of one request make one version",
        {201: FilesAnswer},
        form="Files to add, each under its file name",
        example="1.jpg",
        problems=(DatasetNotFound, NothingTaken, BodyTooLarge, QuotaExceeded, StorageFull),
    ),
    Operation(
        "PUT",
        f"{FILES}/{{path:path}}",
        put_file,
        "Add one file of any size under a path; 200 where it was there already",
        {201: AddedFile, 200: AddedFile},
        raw="application/octet-stream",
        may_be_empty=True,
        example="1.jpg",
        problems=(DatasetNotFound, InvalidPath, *TOO_MUCH),
    ),
    Operation(
        "POST",
        f"{PREFIX}/datasets/{{id}}/archive",
        import_archive,
        "Add the files of a zip, tar or tar.gz, as a task; they appear as they come",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        headers=(IDEMPOTENCY_KEY, PREFER),
        raw="application/octet-stream",
        example="pictures.zip",
        problems=(DatasetNotFound, EmptyUpload, *TOO_MUCH, *SUBMISSION_PROBLEMS),
    ),
    Operation(
        "POST",
        f"{PREFIX}/datasets/{{id}}/labels",
        import_labels,
        "Set labels, groups and splits from a CSV or JSON Lines file, as a task",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        headers=(IDEMPOTENCY_KEY, PREFER),
        raw="text/csv",
        example="labels.csv",
        problems=(DatasetNotFound, EmptyUpload, *TOO_MUCH, *SUBMISSION_PROBLEMS),
    ),
    Operation(
        "PUT",
        f"{EMBEDDINGS}/{{name}}",
        put_embeddings,
        "Keep vectors of items under a name, from an .npz of ids and vectors, as a task",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        headers=(IDEMPOTENCY_KEY, PREFER),
        raw="application/octet-stream",
        example="embeddings.npz",
        problems=(
            DatasetNotFound,
            InvalidName,
            TooManyEmbeddings,
            EmptyUpload,
            *TOO_MUCH,
            *SUBMISSION_PROBLEMS,
        ),
    ),
    Operation(
        "POST",
        f"{EMBEDDINGS}/{{name}}",
        make_embeddings,
        "Make vectors of all images with an ONNX model of the server, as a task",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        body=ModelBody,
        example={"model": "/data/models/clip.onnx"},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(
            DatasetNotFound,
            InvalidName,
            TooManyEmbeddings,
            ModelNotAllowed,
            ModelTooLarge,
            *SUBMISSION_PROBLEMS,
        ),
    ),
    Operation(
        "DELETE",
        f"{EMBEDDINGS}/{{name}}",
        delete_embeddings,
        "Delete the embeddings of a name; what was found with them stays",
        {204: None},
        problems=(DatasetNotFound, EmbeddingsNotFound),
    ),
    Operation(
        "GET",
        EMBEDDINGS,
        list_embeddings,
        "The embeddings of a dataset",
        {200: EmbeddingsList},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "GET", f"{PREFIX}/room", read_room, "How many bytes you may still bring", {200: RoomAnswer}
    ),
)
