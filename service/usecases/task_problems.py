"""Task problems: why nothing came of what somebody asked of a task."""

from collections.abc import Mapping

from service.errors import MeanwhileError

FULL_SECONDS = 10
"""When to come back once there are too many."""


class TaskNotFound(MeanwhileError):
    """None of that id that the user may see."""

    code = "task_not_found"
    status = 404


class TaskNotCompleted(MeanwhileError):
    """There is no result yet, or there never will be."""

    code = "task_not_completed"
    status = 409


class ResultForgotten(MeanwhileError):
    """It was old, and an equal task has followed."""

    code = "result_forgotten"
    status = 410


class ResultOutdated(MeanwhileError):
    """The type of the task has changed since, and with it what its result looks like."""

    code = "result_outdated"
    status = 409


class TaskEnded(MeanwhileError):
    """It has ended; there is nothing to cancel or to hurry."""

    code = "task_ended"
    status = 409


class TaskNotRetryable(MeanwhileError):
    """It goes on, it is whole, or what it needs is gone."""

    code = "task_not_retryable"
    status = 409


class ActiveTwin(MeanwhileError):
    """An equal task is active; retrying this one too would do the same twice."""

    code = "active_twin"
    status = 409


class TooManyActiveTasks(MeanwhileError):
    """The user has as many active tasks as a user may have."""

    code = "too_many_active_tasks"
    status = 429

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": str(FULL_SECONDS)}


class IdempotencyKeyReused(MeanwhileError):
    """The user's key was used for another request within a day."""

    code = "idempotency_key_reused"
    status = 422


class NotSubmittedDirectly(MeanwhileError):
    """A type whose tasks need more checks than its params."""

    code = "not_submitted_directly"
    status = 422


class InvalidParams(MeanwhileError):
    """Params that the task type does not understand."""

    code = "invalid_params"
    status = 422


class OtherKind(MeanwhileError):
    """A dataset of a kind that the type is not for, or two of different kinds."""

    code = "other_kind"
    status = 422


class InvalidTarget(MeanwhileError):
    """No target where one is needed, one where none is, or the dataset itself."""

    code = "invalid_target"
    status = 422
