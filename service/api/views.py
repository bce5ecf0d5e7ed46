"""Views: what the domain knows, as the API tells it."""

from collections.abc import Iterable
from typing import Any

import orjson
from starlette.responses import Response

from service.domain.datasets import Dataset
from service.domain.snapshots import rfc3339, snapshot
from service.domain.tasks import Task
from service.usecases.freshness import Freshness

PREFIX = "/api/v1"
UNTOLD_PARAMS = {"folder_import": ("path",)}
"""By task type, what concerns the server and not all who see the dataset."""
LINKS = ("events", "result", "items", "export", "report", "log", "cancel", "retry")
"""What there is below every task."""


def json(told: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE), status, headers, "application/json"
    )


def task_view(task: Task, outcome: str | None = None) -> dict[str, Any]:
    """A task with its params and links; ``outcome`` says how a submission was answered."""
    itself = f"{PREFIX}/tasks/{task.id}"
    told = snapshot(task) | {
        "params": _told_params(task),
        "links": {"self": itself} | {name: f"{itself}/{name}" for name in _links(task)},
    }
    if outcome is not None:
        told |= {"deduplicated": outcome == "active", "cached": outcome == "cached"}
    return told


def _links(task: Task) -> tuple[str, ...]:
    return (*LINKS, "map") if task.mapped else LINKS


def _told_params(task: Task) -> dict[str, Any]:
    untold = UNTOLD_PARAMS.get(task.type, ())
    return {name: value for name, value in task.params.items() if name not in untold}


def freshness_view(freshness: Freshness) -> dict[str, Any]:
    return {
        "type": freshness.type,
        "standing": freshness.standing,
        "task_id": freshness.task_id and str(freshness.task_id),
        "stale_items": freshness.stale_items,
        "found": dict(freshness.found),
    }


def dataset_view(dataset: Dataset, running: Iterable[Task]) -> dict[str, Any]:
    return {
        "id": str(dataset.id),
        "name": dataset.name,
        "kind": dataset.kind,
        "visibility": dataset.visibility,
        "version": dataset.version,
        "items": dataset.items,
        "size_bytes": dataset.size_bytes,
        "owner": dataset.owner,
        "created_at": rfc3339(dataset.created_at),
        "cover": list(dataset.cover),
        "running": [task_view(task) for task in running],
    }
