"""Datasets: create, list, fill and look through."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import Response

from service.api import cursors
from service.api.operations import BodyTooLarge, Call, InvalidRequest, Operation
from service.api.routes.tasks import accepted
from service.api.schemas import (
    DatasetAnswer,
    DatasetPage,
    FilesAnswer,
    ImportBody,
    ItemPage,
    NewDatasetBody,
    Page,
    TaskAnswer,
)
from service.api.views import PREFIX, dataset_view, json
from service.domain.datasets import Dataset, NewItem, clean_path
from service.domain.tasks import Status
from service.storage.local import LocalStorage
from service.usecases.datasets import (
    BlobNotFound,
    DatasetNameTaken,
    DatasetNotFound,
    FolderNotAllowed,
    InvalidName,
    NewDataset,
)
from service.usecases.tasks import Submission

SHA256_LENGTH = 64
THUMBNAIL_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}


async def create_dataset(call: Call) -> Response:
    body: NewDatasetBody = call.body
    new = NewDataset(body.name, body.kind, body.visibility)
    dataset = await call.state.runtime.datasets.create(call.user, new)
    location = f"{PREFIX}/datasets/{dataset.id}"
    return json(dataset_view(dataset, ()), 201, {"Location": location})


async def list_datasets(call: Call) -> Response:
    query: Page = call.query
    datasets = await call.state.runtime.datasets.page(
        call.user, before=cursors.by_time(query.cursor), limit=query.limit
    )
    views = [await _view(call, dataset) for dataset in datasets]
    last = (datasets[-1].created_at.isoformat(), str(datasets[-1].id)) if datasets else ()
    return json(cursors.page(list(views), query.limit, *last))


async def read_dataset(call: Call) -> Response:
    return json(await _view(call, await call.state.runtime.datasets.find(call.user, call.id())))


async def add_files(call: Call) -> Response:
    """Files are hashed on their way into storage; then they all join in one version."""
    runtime, settings = call.state.runtime, call.state.runtime.settings
    await runtime.datasets.own(call.user, call.id())
    if int(call.request.headers.get("content-length") or 0) > settings.max_request_bytes:
        raise BodyTooLarge(f"a request has at most {settings.max_request_bytes} bytes")
    async with call.request.form(max_files=settings.max_files_per_request) as form:
        files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
        if not files:
            raise InvalidRequest(
                "there are no files; send them as form fields named 'files'",
                fields=[("files", "missing")],
            )
        upload = await asyncio.to_thread(_store, runtime.storage, files)
    added = await runtime.datasets.add(call.user, call.id(), upload.items)
    return json(
        {
            "version": added.version,
            "added": [_file_view(item, added.item_ids.get(item.path)) for item in upload.items],
            "skipped": upload.skipped,
        },
        201,
    )


async def import_folder(call: Call) -> Response:
    body: ImportBody = call.body
    path = await call.state.runtime.datasets.importable(call.user, call.id(), body.path)
    asked = Submission(type="folder_import", dataset_id=call.id(), params={"path": path})
    return accepted(await call.state.runtime.tasks.submit(call.user, asked))


async def list_items(call: Call) -> Response:
    query: Page = call.query
    items = await call.state.runtime.datasets.items(
        call.user, call.id(), after=cursors.by_number(query.cursor), limit=query.limit
    )
    last = (items[-1].id,) if items else ()
    return json(cursors.page([vars(item) for item in items], query.limit, *last))


async def read_thumbnail(call: Call) -> Response:
    sha256: str = call.request.path_params["sha256"]
    if len(sha256) != SHA256_LENGTH or not set(sha256) <= set("0123456789abcdef"):
        raise InvalidRequest(f"{sha256!r} is not a SHA-256 in hexadecimal")
    await call.state.runtime.datasets.check_blob(call.user, sha256)
    data = await asyncio.to_thread(call.state.runtime.storage.thumbnail, sha256)
    if data is None:
        raise BlobNotFound("there is no thumbnail yet; an image analysis makes one")
    media_type = "image/webp" if data[8:12] == b"WEBP" else "image/jpeg"
    return Response(data, media_type=media_type, headers=THUMBNAIL_HEADERS)


async def _view(call: Call, dataset: Dataset) -> dict[str, Any]:
    tasks = call.state.runtime.tasks
    running = [
        *await tasks.page(call.user, dataset_id=dataset.id, status=Status.IN_PROGRESS),
        *await tasks.page(call.user, dataset_id=dataset.id, status=Status.PENDING),
    ]
    return dataset_view(dataset, running)


@dataclass(frozen=True)
class _Upload:
    items: list[NewItem]
    skipped: list[dict[str, str]]


def _store(storage: LocalStorage, files: list[UploadFile]) -> _Upload:
    upload = _Upload([], [])
    for file in files:
        path = clean_path(file.filename or "")
        if path is None:
            reason = "its name is empty, absolute, too long or has '..'"
            upload.skipped.append({"path": file.filename or "", "reason": reason})
            continue
        upload.items.append(_store_one(storage, file.file, path))
    storage.flush()
    return upload


def _store_one(storage: LocalStorage, file: BinaryIO, path: str) -> NewItem:
    incoming: Path = storage.new_incoming()
    digest, size = hashlib.sha256(), 0
    try:
        with incoming.open("xb") as writer:
            while block := file.read(1 << 20):
                digest.update(block)
                writer.write(block)
                size += len(block)
        storage.adopt(incoming, digest.hexdigest())
    finally:
        incoming.unlink(missing_ok=True)
    return NewItem(path, digest.digest(), size)


def _file_view(item: NewItem, item_id: int | None) -> dict[str, Any]:
    return {
        "path": item.path,
        "sha256": item.sha256.hex(),
        "size_bytes": item.size_bytes,
        "item_id": item_id,
    }


DATASETS = f"{PREFIX}/datasets"
OPERATIONS = (
    Operation(
        "POST",
        DATASETS,
        create_dataset,
        "Create a dataset",
        {201: DatasetAnswer},
        body=NewDatasetBody,
        problems=(InvalidName, DatasetNameTaken),
    ),
    Operation(
        "GET", DATASETS, list_datasets, "Datasets, newest first", {200: DatasetPage}, query=Page
    ),
    Operation(
        "GET",
        f"{DATASETS}/{{id}}",
        read_dataset,
        "A dataset and what runs on it",
        {200: DatasetAnswer},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "POST",
        f"{DATASETS}/{{id}}/files",
        add_files,
        "Add files; those of one request make one version",
        {201: FilesAnswer},
        form="Files to add, each under its file name",
        problems=(DatasetNotFound, BodyTooLarge),
    ),
    Operation(
        "POST",
        f"{DATASETS}/{{id}}/import",
        import_folder,
        "Import a folder of the server, as a task",
        {202: TaskAnswer},
        body=ImportBody,
        problems=(DatasetNotFound, FolderNotAllowed),
    ),
    Operation(
        "GET",
        f"{DATASETS}/{{id}}/items",
        list_items,
        "Items of a dataset",
        {200: ItemPage},
        query=Page,
        problems=(DatasetNotFound,),
    ),
    Operation(
        "GET",
        f"{PREFIX}/blobs/{{sha256}}/thumbnail",
        read_thumbnail,
        "A small picture of a blob, longest side 256 pixels",
        {200: "image/*"},
        problems=(BlobNotFound,),
    ),
)
