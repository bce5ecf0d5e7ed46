"""Drift: compare a dataset with a target, at the paths that its clients know."""

from starlette.responses import Response

from service.api.examples import DATASET_ID, TARGET_ID
from service.api.operations import Call, Operation
from service.api.request_headers import IDEMPOTENCY_KEY, PREFER, idempotency_key
from service.api.routes.tasks import SUBMISSION_PROBLEMS, accepted
from service.api.schemas.drift import DriftBody
from service.api.schemas.tasks import TaskAnswer
from service.api.views import json, task_view
from service.catalog.drift import DRIFT
from service.usecases.datasets import DatasetNotFound
from service.usecases.task_problems import InvalidParams, InvalidTarget, TaskNotFound
from service.usecases.tasks import Submission


async def submit_drift(call: Call) -> Response:
    body: DriftBody = call.body
    asked = Submission(
        type=DRIFT.name,
        dataset_id=body.dataset_id,
        target_id=body.target_id,
        params=body.params,
        force=body.force,
        key=idempotency_key(call.request),
    )
    return await accepted(call, await call.state.runtime.tasks.submit(call.user, asked))


async def read_drift(call: Call) -> Response:
    id_ = call.id("task_id")
    task = await call.state.runtime.tasks.find(call.user, id_)
    if task.type != DRIFT.name:
        raise TaskNotFound(f"there is no drift task {str(id_)!r}")
    return json(task_view(task))


OPERATIONS = (
    Operation(
        "POST",
        "/drift/async",
        submit_drift,
        "Compare a dataset with a target; an equal active task, or a fresh result, answers instead",
        {202: TaskAnswer, 200: TaskAnswer},
        body=DriftBody,
        example={"dataset_id": DATASET_ID, "target_id": TARGET_ID},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(InvalidParams, InvalidTarget, DatasetNotFound, *SUBMISSION_PROBLEMS),
    ),
    Operation(
        "GET",
        "/drift/task/{task_id}",
        read_drift,
        "A drift task",
        {200: TaskAnswer},
        problems=(TaskNotFound,),
    ),
)
