"""Exploratory analyses of one dataset, at the paths that their clients know."""

from starlette.responses import Response

from service.api.operations import Call, Operation
from service.api.request_headers import IDEMPOTENCY_KEY, PREFER, idempotency_key
from service.api.routes.tasks import SUBMISSION_PROBLEMS, accepted
from service.api.schemas.eda import AnalysisBody, EdaStatus
from service.api.schemas.tasks import TaskAnswer
from service.api.views import json, task_view
from service.catalog.entry import Entry, UnknownTaskType
from service.usecases.datasets import DatasetNotFound
from service.usecases.task_problems import InvalidParams, TaskNotFound
from service.usecases.tasks import Submission


async def read_eda_status(call: Call) -> Response:
    runtime = call.state.runtime
    dataset = await runtime.datasets.find(call.user, call.id("dataset_id"))
    analyses = {
        each.type: {
            "status": each.standing,
            "task_id": each.task_id and str(each.task_id),
            "stale_items": each.stale_items,
        }
        for each in await runtime.freshness.of(dataset)
    }
    return json({"dataset_id": str(dataset.id), "analyses": analyses})


async def submit_eda(call: Call) -> Response:
    body: AnalysisBody = call.body
    asked = Submission(
        type=_analysis(call).name,
        dataset_id=call.id("dataset_id"),
        params=body.params,
        force=body.force,
        key=idempotency_key(call.request),
    )
    return await accepted(call, await call.state.runtime.tasks.submit(call.user, asked))


async def read_eda_task(call: Call) -> Response:
    id_ = call.id("task_id")
    task = await call.state.runtime.tasks.find(call.user, id_)
    if task.type not in {entry.name for entry in call.state.runtime.catalogue.of_one_dataset}:
        raise TaskNotFound(f"there is no analysis task {str(id_)!r}")
    return json(task_view(task))


def _analysis(call: Call) -> Entry:
    """The one that the path names, with hyphens where its name has underscores."""
    told: str = call.request.path_params["analysis"]
    paths = {
        entry.name.replace("_", "-"): entry for entry in call.state.runtime.catalogue.of_one_dataset
    }
    if told not in paths:
        known = ", ".join(sorted(paths))
        raise UnknownTaskType(f"there is no analysis {told!r}; known are {known}")
    return paths[told]


OPERATIONS = (
    Operation(
        "GET",
        "/eda/{dataset_id}/status",
        read_eda_status,
        "Of each analysis of a dataset: never run, running, stale or fresh",
        {200: EdaStatus},
        problems=(DatasetNotFound,),
    ),
    Operation(
        "POST",
        "/eda/async/{dataset_id}/{analysis}",
        submit_eda,
        "Analyse a dataset; an equal active task, or a fresh result, answers instead",
        {202: TaskAnswer, 200: TaskAnswer},
        body=AnalysisBody,
        example={"params": {}, "force": True},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(UnknownTaskType, InvalidParams, DatasetNotFound, *SUBMISSION_PROBLEMS),
    ),
    Operation(
        "GET",
        "/eda/task/{task_id}",
        read_eda_task,
        "A task that analyses a dataset",
        {200: TaskAnswer},
        problems=(TaskNotFound,),
    ),
)
