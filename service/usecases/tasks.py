"""What users may do with tasks: submit, look, cancel."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from service.catalog.entry import Catalogue, Entry, Params
from service.db.tasks import LogLine, NewTask, Tasks
from service.domain.previews import merged
from service.domain.snapshots import snapshot
from service.domain.tasks import Priority, Status, Task, fingerprint
from service.domain.users import User
from service.errors import MeanwhileError
from service.messaging.snapshots import Snapshots
from service.messaging.tickets import Tickets
from service.usecases.access import Forbidden
from service.usecases.datasets import DatasetNotFound

MOST_ACTIVE = 1000
"""How many active tasks one answer lists."""


class TaskNotFound(MeanwhileError):
    """None of that id that the user may see."""

    code = "task_not_found"
    status = 404


class TaskNotCompleted(MeanwhileError):
    """There is no result yet, or there never will be."""

    code = "task_not_completed"
    status = 409


class TaskEnded(MeanwhileError):
    """It has ended; nothing can be cancelled."""

    code = "task_ended"
    status = 409


class NotSubmittedDirectly(MeanwhileError):
    """A type whose tasks need more checks than its params."""

    code = "not_submitted_directly"
    status = 422


class InvalidParams(MeanwhileError):
    """Params that the task type does not understand."""

    code = "invalid_params"
    status = 422


@dataclass(frozen=True)
class Submission:
    """What somebody asks for."""

    type: str
    dataset_id: UUID | None = None
    target_id: UUID | None = None
    params: Mapping[str, Any] | None = None
    priority: Priority = Priority.NORMAL
    force: bool = False


@dataclass(frozen=True)
class Submitted:
    """The task that answers, and whether it was there before."""

    task: Task
    outcome: str
    """'created', 'active' (deduplicated) or 'cached'."""


class TaskActions:
    """Submits, reads and cancels tasks."""

    def __init__(
        self, tasks: Tasks, tickets: Tickets, snapshots: Snapshots, catalogue: Catalogue
    ) -> None:
        self._tasks = tasks
        self._tickets = tickets
        self._snapshots = snapshots
        self._catalogue = catalogue

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
        subjects = (asked.dataset_id, asked.target_id)
        new = NewTask(
            id=uuid4(),
            entry=entry,
            scope=asked.dataset_id or user.id,
            fingerprint=fingerprint(entry.name, entry.version, subjects, params),
            user=user,
            dataset_id=asked.dataset_id,
            target_id=asked.target_id,
            params=params,
            priority=asked.priority,
            reuse=entry.cacheable and not asked.force,
        )
        found = await self._tasks.submit(new)
        if found is None:
            raise DatasetNotFound(f"there is no dataset {str(asked.dataset_id)!r}")
        outcome, id_ = found
        if outcome == "created":
            await asyncio.gather(self._tickets.ring(1), self._tell(id_))
        return Submitted((await self._tasks.read([id_]))[0], outcome)

    async def find(self, user: User, id_: UUID) -> Task:
        task = await self._tasks.find(id_, user)
        if task is None:
            raise TaskNotFound(f"there is no task {str(id_)!r}")
        return task

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
        task = await self.find(user, id_)
        if not (user.admin or task.owner_id == user.id):
            raise Forbidden("only its owner or an admin can cancel a task")
        if task.status.final:
            raise TaskEnded(f"the task is {task.status}; it cannot be cancelled")
        await self._tasks.append_log(
            id_, stage=None, level="info", message=f"{user.name} asked to cancel it"
        )
        if not await self._tasks.cancel(id_):
            raise TaskEnded(
                f"the task is {(await self.find(user, id_)).status}; it cannot be cancelled"
            )
        await self._tell(id_)
        return await self.find(user, id_)

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
            await self._tasks.cancel(id_)
        told = {task.id: snapshot(task) for task in await self._tasks.read(ids)}
        await self._snapshots.publish(told)

    async def result(self, user: User, id_: UUID) -> Mapping[str, Any]:
        task = await self.find(user, id_)
        result = await self._tasks.result(id_)
        if task.status is not Status.COMPLETED or result is None:
            raise TaskNotCompleted(_why_no_result(task))
        return result

    async def items(
        self, user: User, id_: UUID, *, kind: str, after: tuple[float, int] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """What the task says of items, worst first."""
        await self.find(user, id_)
        rows = await self._tasks.items(id_, kind=kind, after=after, limit=limit)
        return [{**row, "sha256": row["sha256"].hex()} for row in rows]

    async def log(self, user: User, id_: UUID, *, after: int, limit: int) -> Sequence[LogLine]:
        await self.find(user, id_)
        return await self._tasks.log(id_, after=after, limit=limit)

    async def snapshots(self, ids: Sequence[UUID]) -> list[dict[str, Any]]:
        """How far some tasks are, for those who have been let in already."""
        return [snapshot(task) for task in await self._tasks.read(ids)]

    async def seqs(self, ids: Sequence[UUID], *, active: bool) -> Mapping[str, int]:
        """By id, how far some tasks are, and all active ones if asked for."""
        return {str(id_): seq for id_, seq in (await self._tasks.seqs(ids, active=active)).items()}

    async def preview(self, id_: UUID) -> Mapping[str, Any]:
        """The counts so far, over all workers."""
        return merged(await self._tasks.previews(id_))

    async def _tell(self, id_: UUID) -> None:
        (task,) = await self._tasks.read([id_])
        await self._snapshots.publish({id_: snapshot(task)})


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
