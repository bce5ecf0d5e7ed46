"""What users may do with tasks: submit, look, cancel, retry, and say what comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from service.catalog.entry import Catalogue, Entry, Params
from service.db.priorities import Priorities
from service.db.retrying import Retrying, Standing
from service.db.submitting import Answered, NewTask, RequestKey, Submitting
from service.db.task_log import LogLine, TaskLog
from service.db.tasks import Tasks
from service.domain.previews import merged
from service.domain.snapshots import snapshot
from service.domain.tasks import Priority, Status, Task, fingerprint
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.access import Forbidden
from service.usecases.datasets import DatasetNotFound
from service.usecases.embeddings import EmbeddingActions
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
from service.usecases.telling import Telling

MOST_ACTIVE = 1000
"""How many active tasks one answer lists."""


class Redo(StrEnum):
    """What a retry does again."""

    REST = "rest"
    FAILED_ITEMS = "failed_items"


@dataclass(frozen=True)
class Submission:
    """What somebody asks for."""

    type: str
    dataset_id: UUID | None = None
    target_id: UUID | None = None
    params: Mapping[str, Any] | None = None
    priority: Priority = Priority.NORMAL
    force: bool = False
    key: str | None = None
    """What the client calls this request, so that it can be sent again."""
    upload_sha256: bytes | None = None
    """Of the bytes that came with it: params name them by an id that is new each time."""


@dataclass(frozen=True)
class Submitted:
    """The task that answers, and whether it was there before."""

    task: Task
    outcome: str
    """'created', 'active' (deduplicated) or 'cached'."""


class TaskActions:
    """Submits, reads and cancels tasks."""

    def __init__(
        self,
        tasks: Tasks,
        submitting: Submitting,
        retrying: Retrying,
        priorities: Priorities,
        log: TaskLog,
        telling: Telling,
        catalogue: Catalogue,
        embeddings: EmbeddingActions,
    ) -> None:
        self._tasks = tasks
        self._submitting = submitting
        self._retrying = retrying
        self._priorities = priorities
        self._log = log
        self._telling = telling
        self._catalogue = catalogue
        self._embeddings = embeddings

    async def submit(self, user: User, asked: Submission) -> Submitted:
        """A task of a type that anybody may ask for with any params; see ``start``."""
        if not self._catalogue.entry(asked.type).submitted_directly:
            raise NotSubmittedDirectly(
                f"{asked.type!r} tasks have a route of their own below /api/v1/datasets/{{id}}"
            )
        return await self.start(user, asked)

    async def start(self, user: User, asked: Submission) -> Submitted:
        """An equal active task, an equal fresh result, or a new task; Redis may be away.

        For faces that have checked what the type needs: folders, uploads, who owns the dataset.
        """
        if not user.creates:
            raise Forbidden("viewers cannot start tasks; ask an admin for the role 'member'")
        entry = self._catalogue.entry(asked.type)
        params = _validated(entry, asked.params or {}).model_dump(mode="json")
        if problem := _target_problem(entry, asked, params):
            raise InvalidTarget(problem, fields=[("target_id", problem)])
        subjects = (asked.dataset_id, asked.target_id)
        new = NewTask(
            id=uuid4(),
            entry=entry,
            scope=asked.dataset_id or user.id,
            fingerprint=fingerprint(
                entry.name, entry.version, subjects, await self._meant(user, asked, params)
            ),
            user=user,
            dataset_id=asked.dataset_id,
            target_id=asked.target_id,
            params=params,
            priority=asked.priority,
            reuse=entry.cacheable and not asked.force,
            request_key=RequestKey(asked.key, _request(asked, params)) if asked.key else None,
        )
        answered = await self._submitting.submit(new)
        if refusal := self._refusal(asked, entry, answered.outcome):
            raise refusal
        match answered:
            case Answered(created=Task() as task):
                self._telling.ring(1)
                self._telling.known(task.id, snapshot(task))
                return Submitted(task, answered.outcome)
            case Answered(id=UUID() as id_):
                return Submitted(await self.find(user, id_), answered.outcome)
            case _:
                raise AssertionError(f"nothing answers: {answered}")

    def _refusal(self, asked: Submission, entry: Entry, outcome: str) -> MeanwhileError | None:
        """Why nothing was inserted and no other task answers; None where one does."""
        match outcome:
            case "missing":
                return DatasetNotFound(asked.dataset_id, asked.target_id)
            case "unfit":
                return OtherKind(_for_which_kinds(entry))
            case "full":
                return TooManyActiveTasks(self._too_many())
            case "reused":
                return IdempotencyKeyReused(
                    f"the key {asked.key!r} was used for another request; take a new one"
                )
            case _:
                return None

    async def _meant(
        self, user: User, asked: Submission, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The params, with the embeddings that their name stands for now."""
        name = params.get("embeddings")
        if name is None or asked.dataset_id is None:
            return params
        found = await self._embeddings.find(user, asked.dataset_id, name)
        return {**params, "embeddings": str(found.id)}

    async def find(self, user: User, id_: UUID) -> Task:
        task = await self._tasks.find(id_, user)
        if task is None:
            raise TaskNotFound(
                f"there is no task {str(id_)!r} that you may see; GET /api/v1/tasks lists those"
            )
        return task

    async def find_shown(self, user: User, id_: UUID) -> Task:
        """A task whose findings the user may see: who may see now what they are of."""
        task = await self.find(user, id_)
        if not await self._tasks.shows(id_, user):
            raise DatasetNotFound(task.dataset_id, task.target_id)
        return task

    async def shows(self, user: User, id_: UUID) -> bool:
        """Whether the user may see what a task has found so far."""
        return await self._tasks.shows(id_, user)

    async def page(
        self,
        user: User,
        *,
        dataset_id: UUID | None = None,
        type_: str | None = None,
        status: Status | None = None,
        before: tuple[datetime, UUID] | None = None,
        limit: int = 50,
    ) -> Sequence[Task]:
        """Newest first."""
        return await self._tasks.page(
            user, dataset_id=dataset_id, type_=type_, status=status, before=before, limit=limit
        )

    async def cancel(self, user: User, id_: UUID) -> Task:
        """What waits is cancelled at once, what runs is killed within two seconds."""
        await self._own(user, id_, "cancel it")
        if not await self._tasks.cancel(id_, f"{user.name} asked to cancel it"):
            raise TaskEnded(
                f"the task is {(await self.find(user, id_)).status}; nothing is left to cancel"
            )
        return await self._told(user, id_)

    async def change_priority(self, user: User, id_: UUID, priority: Priority) -> Task:
        """Moves a task in the queue; at most a minute, so everybody may use all three."""
        await self._own(user, id_, "change its priority")
        if not await self._priorities.change(id_, priority, user.name):
            raise TaskEnded(
                f"the task is {(await self.find(user, id_)).status}; there is nothing to hurry"
            )
        return await self._told(user, id_)

    async def retry(self, user: User, id_: UUID, redo: Redo = Redo.REST) -> Task:
        """Goes on with a task that failed or was cancelled, on the version that it was asked for.

        What is saved stays; what was set aside is tried again. Of a completed task that is partial,
        ``FAILED_ITEMS`` redoes what was set aside and writes a new result.
        """
        task = await self._own(user, id_, "retry it")
        if not user.creates:
            raise Forbidden("viewers cannot start tasks; ask an admin for the role 'member'")
        hidden = None if await self.shows(user, id_) else task
        line = f"{user.name} asked to retry it"
        chunks = await self._retrying.retry(
            id_, task.owner_id, line, partial(self._check_retry, redo, hidden)
        )
        if not chunks:
            raise TaskNotRetryable("nothing that it set aside can be read again; submit it anew")
        self._telling.ring(chunks)
        return await self._told(user, id_)

    async def active(self, user: User) -> Sequence[Task]:
        """Everything active that the user may see, up to a thousand; what runs comes first."""
        return await self._tasks.active(user, MOST_ACTIVE)

    async def visible(self, user: User, ids: Sequence[UUID]) -> set[UUID]:
        """Which of some tasks the user may see."""
        return await self._tasks.visible(ids, user)

    async def active_on(self, dataset_ids: Sequence[UUID]) -> Sequence[Task]:
        """Active tasks on datasets that the user may see, newest first."""
        return await self._tasks.active_on(dataset_ids)

    async def cancel_on(self, dataset_id: UUID) -> None:
        """Cancels everything on a dataset that is gone."""
        ids = [task.id for task in await self._tasks.active_on([dataset_id])]
        for id_ in ids:
            await self._tasks.cancel(id_, "its dataset was deleted")
        self._telling.moved(ids)

    async def result(self, user: User, id_: UUID) -> Mapping[str, Any]:
        """What it has found; the earlier result where a retry of a partial one did not complete."""
        task = await self.find_shown(user, id_)
        result = await self._tasks.result(id_)
        if task.status is Status.COMPLETED and result is None:
            raise ResultForgotten("its result was old and is gone; a newer equal task has one")
        if not task.status.final or result is None:
            raise TaskNotCompleted(_why_no_result(task))
        return result

    async def items(
        self, user: User, id_: UUID, *, kind: str, after: tuple[float, int] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """What the task says of items, worst first."""
        await self.find_shown(user, id_)
        rows = await self._tasks.items(id_, kind=kind, after=after, limit=limit)
        return [{**row, "sha256": row["sha256"].hex()} for row in rows]

    async def log(self, user: User, id_: UUID, *, after: int, limit: int) -> Sequence[LogLine]:
        """Lines after a number; traces are for the owner and admins."""
        task = await self.find_shown(user, id_)
        return await self._log.read(id_, after=after, limit=limit, private=_owns(user, task))

    async def forget_keys(self) -> None:
        """Forgets what clients called their requests more than a day ago."""
        await self._submitting.forget_keys()

    async def snapshots(self, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """How far some tasks are, for those who have been let in already."""
        return [snapshot(task) for task in await self._tasks.read(ids)]

    async def seqs(self, ids: Sequence[UUID], *, active: bool) -> Mapping[str, int]:
        """By id, how far some tasks are, and all active ones if asked for."""
        return {str(id_): seq for id_, seq in (await self._tasks.seqs(ids, active=active)).items()}

    async def preview(self, id_: UUID) -> Mapping[str, Any]:
        """The counts so far, over all workers."""
        return merged(await self._tasks.previews(id_))

    async def _own(self, user: User, id_: UUID, what: str) -> Task:
        """A task that the user may change."""
        task = await self.find(user, id_)
        if not _owns(user, task):
            raise Forbidden(f"only the owner of a task or an admin can {what}")
        return task

    def _check_retry(self, redo: Redo, hidden: Task | None, standing: Standing) -> None:
        """Raises where a task that stands so, or is about what is hidden, cannot be retried."""
        if reason := _why_not_retryable(redo, standing):
            raise TaskNotRetryable(reason)
        if hidden is not None:
            raise DatasetNotFound(hidden.dataset_id, hidden.target_id)
        if self._catalogue.entry(standing.type).version != standing.type_version:
            raise TaskNotRetryable("its type has changed since; submit it anew")
        if standing.twin is not None:
            raise ActiveTwin(
                f"an equal task is active: {str(standing.twin)!r}",
                fields=[("id", str(standing.twin))],
            )
        if 0 < self._submitting.max_active <= standing.active:
            raise TooManyActiveTasks(self._too_many())

    def _too_many(self) -> str:
        return (
            f"a user may have {self._submitting.max_active} active tasks at once;"
            " wait for one to end, or cancel one"
        )

    async def _told(self, user: User, id_: UUID) -> Task:
        """The task as it is now, which everybody who watches is told too."""
        task = await self.find(user, id_)
        self._telling.known(id_, snapshot(task))
        return task


def _owns(user: User, task: Task) -> bool:
    return user.admin or task.owner_id == user.id


def _why_not_retryable(redo: Redo, standing: Standing) -> str | None:
    match Status(standing.status), redo:
        case Status.PENDING | Status.IN_PROGRESS, _:
            return f"the task is {standing.status}; it goes on by itself"
        case Status.COMPLETED, Redo.REST if standing.partial:
            return "the task is completed in part; 'only': 'failed_items' redoes what it set aside"
        case Status.COMPLETED, _ if not standing.partial:
            return "the task is completed; submit it with 'force' to do it anew"
        case Status.FAILED | Status.CANCELLED, Redo.FAILED_ITEMS:
            return f"the task is {standing.status}; without 'only' it goes on where it was"
        case _ if standing.deleted:
            return "its dataset is deleted"
        case _ if standing.too_old:
            return "it ended more than seven days ago; submit it anew"
        case _ if standing.upload_gone:
            return "what was uploaded for it is gone; send it again"
        case _:
            return None


def _target_problem(entry: Entry, asked: Submission, params: Mapping[str, Any]) -> str | None:
    """What is wrong with the target, for types that compare and those that do not."""
    if not entry.compares:
        return f"{entry.name} takes no target" if asked.target_id else None
    if asked.target_id is None:
        return f"{entry.name} needs a target: the id of the dataset to compare with"
    if asked.target_id == asked.dataset_id and params["reference"] == params["current"]:
        return (
            "a dataset does not differ from itself; take another target, or two splits of it"
            " (params.reference.split and params.current.split)"
        )
    return None


def _for_which_kinds(entry: Entry) -> str:
    kinds = " or ".join(entry.kinds)
    if entry.compares:
        return f"{entry.name} compares two datasets of the same kind: {kinds}"
    return f"{entry.name} is for datasets of kind {kinds}"


def _request(asked: Submission, params: Mapping[str, Any]) -> bytes:
    """32 bytes that are equal for requests that ask for the same."""
    subjects = (asked.dataset_id, asked.target_id)
    what: Mapping[str, Any] = (
        params if asked.upload_sha256 is None else {**params, "upload": asked.upload_sha256.hex()}
    )
    how = {"params": what, "priority": asked.priority, "force": asked.force}
    return fingerprint(asked.type, 0, subjects, how)


def _why_no_result(task: Task) -> str:
    if not task.status.final:
        return f"the task is {task.status}; a result is there once it is completed"
    reason = f": {task.error.detail}" if task.error else ""
    return f"the task is {task.status} and has no result{reason}"


def _validated(entry: Entry, params: Mapping[str, Any]) -> Params:
    try:
        return entry.params.model_validate(params)
    except ValidationError as error:
        fields = [
            (".".join(["params", *map(str, wrong["loc"])]), wrong["msg"])
            for wrong in error.errors(include_url=False)
        ]
        named = ", ".join(name for name, _ in fields)
        raise InvalidParams(
            f"{entry.name} cannot take {named}; GET /api/v1/task-types lists its params",
            fields=fields,
        ) from error
