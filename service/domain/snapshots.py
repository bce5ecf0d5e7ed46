"""Snapshots: a task and its progress as JSON, the same for the API, the streams and Redis."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.domain import eta
from service.domain.places import starts_in
from service.domain.stages import Stage, StageKind, StageState, current, percentage
from service.domain.tasks import Failure, Status, Task


def snapshot(task: Task) -> dict[str, Any]:
    """Everything about a task that changes while it runs; params and links are not in it."""
    running = current(task.stages) if task.status is Status.IN_PROGRESS else None
    return {
        "id": str(task.id),
        "type": task.type,
        "dataset_id": task.dataset_id and str(task.dataset_id),
        "target_id": task.target_id and str(task.target_id),
        "status": task.status,
        "progress": _progress(task),
        "current_step": running and running.name,
        "message": message(task),
        "error": _error(task.error),
        "partial": task.partial,
        "metadata": _metadata(task, running),
        "priority": task.priority,
        "attempts": task.attempts,
        "owner": task.owner,
        "created_at": rfc3339(task.created_at),
        "started_at": rfc3339(task.started_at),
        "completed_at": rfc3339(task.completed_at),
        "seq": task.seq,
        "preview_seq": task.preview_seq,
        "log_seq": task.log_seq,
    }


def message(task: Task) -> str:
    """One line for people: what is happening."""
    match task.status:
        case Status.PENDING if task.place and not task.place.slots:
            return "waiting; no worker is running"
        case Status.PENDING if task.place and task.place.position > 1:
            return f"waiting, {task.place.position - 1:,} before it"
        case Status.PENDING:
            return "waiting for a worker"
        case Status.IN_PROGRESS if task.cancelling:
            return "cancelling"
        case Status.IN_PROGRESS:
            return _doing(current(task.stages))
        case Status.COMPLETED if task.set_aside:
            return f"completed, {task.set_aside} set aside"
        case Status.FAILED if task.error:
            return task.error.detail
        case status:
            return str(status)


def rfc3339(time: datetime | None) -> str | None:
    """A time in UTC, to the microsecond."""
    return time and time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _doing(stage: Stage | None) -> str:
    if stage is None:
        return "finishing"
    if stage.kind is StageKind.SOLO or stage.total is None:
        return stage.title
    return f"{stage.title}: {stage.done:,} of {stage.total:,}"


def _progress(task: Task) -> float:
    """100 exactly when it is completed, never before."""
    if task.status is Status.COMPLETED:
        return 100.0
    return min(percentage(task.stages), 99.9)


def _error(error: Failure | None) -> Mapping[str, str] | None:
    return error and {"code": error.code, "detail": error.detail}


def _metadata(task: Task, running: Stage | None) -> dict[str, Any]:
    counted = running or _last_counted(task)
    rate = eta.rate(running, task.read_at) if running else None
    rest = eta.remaining(task.stages, task.read_at, task.size) if running else None
    wait = starts_in(task.place) if task.place else None
    return {
        "stage": running and running.name,
        "stages": [_stage(task, stage) for stage in task.stages],
        "done": counted.done if counted else 0,
        "total": counted.total if counted else None,
        "known": counted.known if counted else 0,
        "unit": counted.unit if counted else "",
        "rate": rate and round(rate, 2),
        "eta_low_seconds": rest and round(rest.low_seconds, 1),
        "eta_high_seconds": rest and round(rest.high_seconds, 1),
        "position": task.place and task.place.position,
        "starts_in_low_seconds": wait and round(wait.low_seconds, 1),
        "starts_in_high_seconds": wait and round(wait.high_seconds, 1),
        "set_aside": task.set_aside,
        "cancelling": task.cancelling,
    }


def _last_counted(task: Task) -> Stage | None:
    """The map stage whose counts say most about a task that does not run."""
    mapped = [stage for stage in task.stages if stage.kind is StageKind.MAP]
    begun = [stage for stage in mapped if stage.state is not StageState.WAITING]
    return begun[-1] if begun else (mapped[0] if mapped else None)


def _stage(task: Task, stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "title": stage.title,
        "kind": stage.kind,
        "unit": stage.unit,
        "weight": stage.weight,
        "state": _state(task.status, stage.state),
        "done": stage.done,
        "total": stage.total,
        "known": stage.known,
    }


def _state(status: Status, state: StageState) -> StageState:
    """What a task was at when it ended early ended with it."""
    match status, state:
        case Status.FAILED, StageState.RUNNING:
            return StageState.FAILED
        case Status.CANCELLED, StageState.RUNNING:
            return StageState.CANCELLED
        case _:
            return state
