"""Tasks: submit, read, wait for, watch, cancel, retry."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from service.api import cursors
from service.api.examples import DATASET_ID
from service.api.operations import STREAM, Call, Operation
from service.api.request_headers import (
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    PREFER,
    etag,
    idempotency_key,
    is_known,
    preferred_wait,
)
from service.api.response_headers import (
    CACHE_CONTROL,
    ETAG,
    LOCATION,
    PREFERENCE_APPLIED,
)
from service.api.schemas.tasks import (
    LogPage,
    LogQuery,
    RetryBody,
    TaskAnswer,
    TaskBody,
    TaskChangeBody,
    TaskItemPage,
    TaskItemQuery,
    TaskPage,
    TaskQuery,
    TaskTypes,
    WaitQuery,
)
from service.api.task_events import task_events
from service.api.views import PREFIX, json, task_view
from service.api.waiting import ended, moved, wait_for
from service.catalog.entry import Entry, UnknownTaskType
from service.domain.snapshots import rfc3339
from service.domain.tasks import Task
from service.usecases.datasets import DatasetNotFound
from service.usecases.embeddings import EmbeddingsNotFound
from service.usecases.task_problems import (
    ActiveTwin,
    IdempotencyKeyReused,
    InvalidParams,
    InvalidTarget,
    NotSubmittedDirectly,
    OtherKind,
    ResultForgotten,
    TaskEnded,
    TaskNotCompleted,
    TaskNotFound,
    TaskNotRetryable,
    TooManyActiveTasks,
)
from service.usecases.tasks import Redo, Submission, Submitted


async def list_task_types(call: Call) -> Response:
    entries = [entry for entry in call.state.runtime.catalogue if entry.submitted_directly]
    return json({"items": [_type_view(entry) for entry in entries]})


async def submit_task(call: Call) -> Response:
    body: TaskBody = call.body
    asked = Submission(
        type=body.type,
        dataset_id=body.dataset_id,
        target_id=body.target_id,
        params=body.params,
        priority=body.priority,
        force=body.force,
        key=idempotency_key(call.request),
    )
    return await accepted(call, await call.state.runtime.tasks.submit(call.user, asked))


async def accepted(call: Call, submitted: Submitted) -> Response:
    """202 with the task's place; 200 where it had its result already, or ends while one waits."""
    return await _accepted(call, submitted.task, submitted.outcome)


async def _accepted(call: Call, task: Task, outcome: str | None = None) -> Response:
    status = 200 if outcome == "cached" else 202
    headers = {"Location": f"{PREFIX}/tasks/{task.id}"}
    seconds = preferred_wait(call.request)
    if seconds is not None:
        task = await wait_for(call, task.id, ended, seconds)
        status = 200 if task.status.final else status
        headers["Preference-Applied"] = f"wait={seconds}"
    return json(task_view(task, outcome), status, headers)


async def list_tasks(call: Call) -> Response:
    query: TaskQuery = call.query
    tasks = await call.state.runtime.tasks.page(
        call.user,
        dataset_id=query.dataset_id,
        type_=query.type,
        status=query.status,
        before=cursors.by_time(query.cursor),
        limit=query.limit,
    )
    last = (tasks[-1].created_at.isoformat(), str(tasks[-1].id)) if tasks else ()
    return json(cursors.page([task_view(task) for task in tasks], query.limit, *last))


async def read_task(call: Call) -> Response:
    """The task at once, or once it has moved; 304 for a client that has seen it like that."""
    query: WaitQuery = call.query
    enough = ended if query.since is None else partial(moved, query.since)
    task = await wait_for(call, call.id(), enough, query.wait)
    headers = {"ETag": etag(task), "Cache-Control": "private, no-cache"}
    if is_known(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return json(task_view(task), headers=headers)


async def change_task(call: Call) -> Response:
    body: TaskChangeBody = call.body
    tasks = call.state.runtime.tasks
    return json(task_view(await tasks.change_priority(call.user, call.id(), body.priority)))


async def retry_task(call: Call) -> Response:
    body: RetryBody = call.body
    redo = Redo.REST if body.only is None else Redo(body.only)
    return await _accepted(call, await call.state.runtime.tasks.retry(call.user, call.id(), redo))


async def stream_task(call: Call) -> Response:
    return await task_events(call.request, call.state, call.user, call.id())


async def cancel_task(call: Call) -> Response:
    return json(task_view(await call.state.runtime.tasks.cancel(call.user, call.id())), 202)


async def read_result(call: Call) -> Response:
    return json(await call.state.runtime.tasks.result(call.user, call.id()))


async def list_task_items(call: Call) -> Response:
    query: TaskItemQuery = call.query
    rows = await call.state.runtime.tasks.items(
        call.user,
        call.id(),
        kind=query.kind,
        after=cursors.by_score(query.cursor),
        limit=query.limit,
    )
    last = (rows[-1]["score"], rows[-1]["item_id"]) if rows else ()
    return json(cursors.page(list(rows), query.limit, *last))


async def read_log(call: Call) -> Response:
    query: LogQuery = call.query
    lines = await call.state.runtime.tasks.log(
        call.user, call.id(), after=query.after, limit=query.limit
    )
    return json({"items": [vars(line) | {"time": rfc3339(line.time)} for line in lines]})


def _type_view(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "version": entry.version,
        "title": entry.title,
        "summary": entry.summary,
        "kinds": entry.kinds,
        "stages": [
            {
                "name": stage.name,
                "title": stage.title,
                "kind": stage.kind,
                "weight": stage.weight,
                "unit": stage.unit,
            }
            for stage in entry.stages
        ],
        "params_schema": entry.params.model_json_schema(),
    }


TASK = f"{PREFIX}/tasks/{{id}}"
ACCEPTED: Mapping[int, Sequence[str]] = dict.fromkeys((202, 200), (LOCATION, PREFERENCE_APPLIED))
SUBMISSION_PROBLEMS = (IdempotencyKeyReused, OtherKind, TooManyActiveTasks)
OPERATIONS = (
    Operation(
        "GET", f"{PREFIX}/task-types", list_task_types, "What tasks there are", {200: TaskTypes}
    ),
    Operation(
        "POST",
        f"{PREFIX}/tasks",
        submit_task,
        "Submit a task; an equal active one, or a fresh result, answers instead",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        body=TaskBody,
        example={"type": "image_analysis", "dataset_id": DATASET_ID},
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(
            UnknownTaskType,
            NotSubmittedDirectly,
            InvalidParams,
            InvalidTarget,
            DatasetNotFound,
            EmbeddingsNotFound,
            *SUBMISSION_PROBLEMS,
        ),
    ),
    Operation(
        "GET",
        f"{PREFIX}/tasks",
        list_tasks,
        "Tasks, newest first",
        {200: TaskPage},
        query=TaskQuery,
    ),
    Operation(
        "GET",
        TASK,
        read_task,
        "A task, at once or as soon as it has moved on",
        {200: TaskAnswer, 304: None},
        told={200: (CACHE_CONTROL, ETAG), 304: (CACHE_CONTROL, ETAG)},
        query=WaitQuery,
        headers=(IF_NONE_MATCH,),
        problems=(TaskNotFound,),
    ),
    Operation(
        "PATCH",
        TASK,
        change_task,
        "Change the priority of a task that has not ended",
        {200: TaskAnswer},
        body=TaskChangeBody,
        example={"priority": "high"},
        problems=(TaskNotFound, TaskEnded),
    ),
    Operation(
        "GET",
        f"{TASK}/events",
        stream_task,
        "Watch a task: snapshot, progress, preview, log, done",
        {200: STREAM, 204: None},
        told={200: (CACHE_CONTROL,)},
        problems=(TaskNotFound,),
        by_ticket=True,
    ),
    Operation(
        "POST",
        f"{TASK}/cancel",
        cancel_task,
        "Cancel a task",
        {202: TaskAnswer},
        problems=(TaskNotFound, TaskEnded),
    ),
    Operation(
        "POST",
        f"{TASK}/retry",
        retry_task,
        "Go on with a failed or cancelled task, or redo what a partial one has set aside",
        {202: TaskAnswer, 200: TaskAnswer},
        told=ACCEPTED,
        body=RetryBody,
        example={"only": None},
        headers=(PREFER,),
        problems=(TaskNotFound, DatasetNotFound, TaskNotRetryable, ActiveTwin, TooManyActiveTasks),
    ),
    Operation(
        "GET",
        f"{TASK}/result",
        read_result,
        "The result of a completed task",
        {200: dict[str, Any]},
        problems=(TaskNotFound, DatasetNotFound, TaskNotCompleted, ResultForgotten),
    ),
    Operation(
        "GET",
        f"{TASK}/items",
        list_task_items,
        "What a task says of items of one kind, worst first",
        {200: TaskItemPage},
        query=TaskItemQuery,
        problems=(TaskNotFound, DatasetNotFound),
    ),
    Operation(
        "GET",
        f"{TASK}/log",
        read_log,
        "The lines of a task's log",
        {200: LogPage},
        query=LogQuery,
        problems=(TaskNotFound, DatasetNotFound),
    ),
)
