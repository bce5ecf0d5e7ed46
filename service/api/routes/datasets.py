"""Datasets: create, list, look through, change and delete."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from service.api import cursors
from service.api.operations import Call, InvalidRequest, Operation
from service.api.request_headers import IDEMPOTENCY_KEY, PREFER, idempotency_key
from service.api.response_headers import LOCATION
from service.api.routes.tasks import ACCEPTED, SUBMISSION_PROBLEMS, accepted
from service.api.schemas.datasets import (
    ChangedDatasetBody,
    DatasetAnswer,
    DatasetDetails,
    DatasetPage,
    DatasetsQuery,
    ImportBody,
    ItemPage,
    ItemsQuery,
    LabelsAnswer,
    NewDatasetBody,
    VersionAnswer,
)
from service.api.schemas.tasks import TaskAnswer
from service.api.views import PREFIX, dataset_view, freshness_view, json
from service.domain.datasets import Dataset, DatasetQuery, DatasetSort, Item, ItemQuery, ItemSort
from service.domain.tasks import Task
from service.usecases.datasets import (
    DatasetNameTaken,
    DatasetNotFound,
    FolderNotAllowed,
    InvalidName,
    ItemNotFound,
    NewDataset,
)
from service.usecases.tasks import Submission


async def create_dataset(call: Call) -> Response:
    body: NewDatasetBody = call.body
    new = NewDataset(body.name, body.kind, body.visibility)
    dataset = await call.state.runtime.datasets.create(call.user, new)
    location = f"{PREFIX}/datasets/{dataset.id}"
    return json(dataset_view(dataset, ()), 201, {"Location": location})


async def list_datasets(call: Call) -> Response:
    query: DatasetsQuery = call.query
    asked = DatasetQuery(query.limit, query.q, query.sort, _after_dataset(query))
    datasets = await call.state.runtime.datasets.page(call.user, asked)
    running = await call.state.runtime.tasks.active_on([dataset.id for dataset in datasets])
    views = [dataset_view(dataset, _on(dataset, running)) for dataset in datasets]
    last = _key(query.sort, datasets[-1], running) if datasets else ()
    return json(cursors.page(list(views), query.limit, *last))


async def read_dataset(call: Call) -> Response:
    return await _details(call, await call.state.runtime.datasets.find(call.user, call.id()))


async def change_dataset(call: Call) -> Response:
    body: ChangedDatasetBody = call.body
    changed = await call.state.runtime.datasets.change(
        call.user, call.id(), name=body.name, visibility=body.visibility
    )
    return await _details(call, changed)


async def delete_dataset(call: Call) -> Response:
    await call.state.runtime.removal.delete(call.user, call.id())
    return Response(status_code=204)


async def import_folder(call: Call) -> Response:
    body: ImportBody = call.body
    path = await call.state.runtime.datasets.importable(call.user, call.id(), body.path)
    asked = Submission(
        type="folder_import",
        dataset_id=call.id(),
        params={"path": path},
        key=idempotency_key(call.request),
    )
    return await accepted(call, await call.state.runtime.tasks.start(call.user, asked))


async def list_items(call: Call) -> Response:
    query: ItemsQuery = call.query
    if query.ids is not None:
        return await _chosen(call, query.ids)
    asked = ItemQuery(
        limit=query.limit,
        issue=query.issue,
        label=query.label,
        split=query.split,
        tag=query.tag,
        sort=query.sort,
        after=_after(query),
    )
    items = await call.state.runtime.datasets.items(call.user, call.id(), asked)
    last = _place(query, items[-1]) if items else ()
    return json(cursors.page([_item_view(item) for item in items], query.limit, *last))


async def _chosen(call: Call, told: str) -> Response:
    if set(call.request.query_params) != {"ids"}:
        wrong = "names items by itself; leave the other parameters out"
        raise InvalidRequest(f"'ids' {wrong}", fields=[("ids", wrong)])
    ids = list(dict.fromkeys(map(int, told.split(","))))
    items = await call.state.runtime.datasets.chosen(call.user, call.id(), ids)
    return json({"items": [_item_view(item) for item in items], "next_cursor": None})


async def read_labels(call: Call) -> Response:
    return json(vars(await call.state.runtime.datasets.labels(call.user, call.id())))


async def remove_item(call: Call) -> Response:
    path: str = call.request.path_params["path"]
    version = await call.state.runtime.datasets.remove_item(call.user, call.id(), path)
    return json({"version": version})


def _after_dataset(query: DatasetsQuery) -> tuple[object, ...] | None:
    if query.cursor is None:
        return None
    match query.sort:
        case DatasetSort.NEWEST:
            return cursors.by_time(query.cursor)
        case DatasetSort.NAME:
            return cursors.by_text_and_id(query.cursor)
        case DatasetSort.LARGEST:
            return cursors.by_number_and_id(query.cursor)
        case DatasetSort.RUNNING:
            return cursors.by_flag_and_time(query.cursor)


def _key(sort: DatasetSort, dataset: Dataset, running: Sequence[Task]) -> tuple[object, ...]:
    time, id_ = dataset.created_at.isoformat(), str(dataset.id)
    match sort:
        case DatasetSort.NEWEST:
            return time, id_
        case DatasetSort.NAME:
            return dataset.name, id_
        case DatasetSort.LARGEST:
            return dataset.size_bytes, id_
        case DatasetSort.RUNNING:
            return bool(_on(dataset, running)), time, id_


def _after(query: ItemsQuery) -> tuple[str] | tuple[int] | tuple[float, int] | None:
    if query.cursor is None:
        return None
    if query.issue is not None:
        return cursors.by_score(query.cursor)
    if query.sort in (ItemSort.PATH, ItemSort.PATH_DOWN):
        return (cursors.by_text(query.cursor),)
    return (cursors.by_number(query.cursor),)


def _place(query: ItemsQuery, item: Item) -> tuple[object, ...]:
    if query.issue is not None:
        return item.score, item.place
    return (item.path if query.sort in (ItemSort.PATH, ItemSort.PATH_DOWN) else item.id,)


def _item_view(item: Item) -> dict[str, Any]:
    return {name: value for name, value in vars(item).items() if name != "place"}


async def _details(call: Call, dataset: Dataset) -> Response:
    runtime = call.state.runtime
    running = await runtime.tasks.active_on([dataset.id])
    analyses = await runtime.freshness.of(dataset)
    told: dict[str, Any] = dataset_view(dataset, running)
    return json(told | {"analyses": [freshness_view(analysis) for analysis in analyses]})


def _on(dataset: Dataset, tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if dataset.id in (task.dataset_id, task.target_id)]


DATASETS = f"{PREFIX}/datasets"
DATASET = f"{DATASETS}/{{id}}"
OPERATIONS = (
    Operation(
        "POST",
        DATASETS,
        create_dataset,
        "Create a dataset",
        {201: DatasetAnswer},
        told={201: (LOCATION,)},
        body=NewDatasetBody,
        example={"name": "holiday"},
        problems=(InvalidName, DatasetNameTaken),
    ),
    Operation(
        "GET",
        DATASETS,
        list_datasets,
        "Datasets by name, in some order; newest first",
        {200: DatasetPage},
        query=DatasetsQuery,
    ),
    Operation(
        "GET",
        DATASET,
        read_dataset,
        "A dataset, what runs on it and how its analyses stand",
        {200: DatasetDetails},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "PATCH",
        DATASET,
        change_dataset,
        "Rename a dataset, or show it to others",
        {200: DatasetDetails},
        body=ChangedDatasetBody,
        example={"name": "holiday 2026", "visibility": "everyone"},
        problems=(DatasetNotFound, InvalidName, DatasetNameTaken),
    ),
    Operation(
        "DELETE",
        DATASET,
        delete_dataset,
        "Delete a dataset and cancel what runs on it",
        {204: None},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "POST",
        f"{DATASET}/import",
        import_folder,
        "Import a folder of the server, as a task",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        body=ImportBody,
        example={"path": "/data/pictures"},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(DatasetNotFound, FolderNotAllowed, *SUBMISSION_PROBLEMS),
    ),
    Operation(
        "GET",
        f"{DATASET}/items",
        list_items,
        "Items of a dataset, by path or worst first, or those of some ids",
        {200: ItemPage},
        query=ItemsQuery,
        problems=(DatasetNotFound,),
    ),
    Operation(
        "GET",
        f"{DATASET}/labels",
        read_labels,
        "The labels, splits and tags of a dataset, and how many items have each",
        {200: LabelsAnswer},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "DELETE",
        f"{DATASET}/files/{{path:path}}",
        remove_item,
        "Take an item out of a dataset",
        {200: VersionAnswer},
        problems=(DatasetNotFound, ItemNotFound),
    ),
)
