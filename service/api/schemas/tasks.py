"""Schemas of tasks."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from service.api.schemas.common import Answer, Body, Page
from service.domain.datasets import Kind
from service.domain.tasks import Priority, Status


class TaskBody(Body):
    """A task to submit."""

    type: str
    dataset_id: UUID
    target_id: UUID | None = None
    """The dataset to compare with, of types that compare."""
    params: dict[str, Any] = Field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    force: bool = False
    """Compute anew even if a completed task on the same version could answer."""


class TaskChangeBody(Body):
    """What may be changed of an active task."""

    priority: Priority
    """A head start of a minute, none, or a minute behind."""


class RetryBody(Body):
    """What to do again."""

    only: Literal["failed_items"] | None = None
    """Of a completed task that is partial: what it has set aside."""


class WaitQuery(Body):
    """How long the answer may wait, and for what."""

    wait: Annotated[float, Field(ge=0, le=60)] = 0
    """Seconds."""
    since: Annotated[int, Field(ge=0, lt=1 << 63)] | None = None
    """Until its ``seq`` is higher; without, until it has ended."""


class TaskQuery(Page):
    """Which tasks."""

    dataset_id: UUID | None = None
    type: str | None = None
    status: Status | None = None


class TaskItemQuery(Page):
    """Which items of a task."""

    kind: Annotated[str, Field(examples=["dark"])]


class LogQuery(Body):
    """Which lines of a log."""

    after: Annotated[int, Field(ge=0, lt=1 << 63)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class StageAnswer(Answer):
    """A stage of a task."""

    name: str
    title: str
    kind: Literal["solo", "map"]
    unit: str
    weight: float
    state: Literal["waiting", "running", "completed", "failed", "cancelled"]
    done: int
    total: int | None
    known: int
    """How many more items needed no work: known already, or the same bytes as another."""


class TaskMetadata(Answer):
    """How far a task is and how long it may take."""

    stage: str | None
    stages: list[StageAnswer]
    done: int
    total: int | None
    known: int
    unit: str
    rate: float | None
    eta_low_seconds: float | None
    eta_high_seconds: float | None
    position: int | None
    starts_in_low_seconds: float | None
    starts_in_high_seconds: float | None
    set_aside: int
    cancelling: bool


class TaskError(Answer):
    """Why a task failed."""

    code: str
    detail: str


class TaskLinks(Answer):
    """What there is below a task."""

    self: str
    events: str
    result: str
    items: str
    export: str
    report: str
    log: str
    cancel: str
    retry: str
    map: str | None = None
    """Only there where tasks of its type say something of every item."""


class TaskAnswer(Answer):
    """A task with its whole progress."""

    id: UUID
    type: str
    dataset_id: UUID | None
    target_id: UUID | None
    params: dict[str, Any]
    status: Status
    progress: Annotated[float, Field(ge=0, le=100)]
    current_step: str | None
    message: str
    error: TaskError | None
    partial: bool
    metadata: TaskMetadata
    priority: Priority
    attempts: int
    owner: str
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    seq: int
    preview_seq: int
    log_seq: int
    deduplicated: bool = False
    cached: bool = False
    links: TaskLinks


class TaskPage(Answer):
    """Tasks, newest first."""

    items: list[TaskAnswer]
    next_cursor: str | None


class TaskItemAnswer(Answer):
    """What a task says of an item."""

    item_id: int
    path: str
    sha256: str
    kind: str
    score: float
    data: dict[str, Any] | None


class TaskItemPage(Answer):
    """Items of a task, worst first."""

    items: list[TaskItemAnswer]
    next_cursor: str | None


class LogLineAnswer(Answer):
    """A line of a task's log."""

    seq: int
    time: datetime
    stage: str | None
    level: str
    message: str


class LogPage(Answer):
    """Lines of a task's log, oldest first."""

    items: list[LogLineAnswer]


class StageType(Answer):
    """A stage that tasks of a type have."""

    name: str
    title: str
    kind: Literal["solo", "map"]
    weight: float
    unit: str


class TaskType(Answer):
    """A task type: what it does, its stages, and the JSON Schema of its params."""

    name: str
    version: int
    title: str
    summary: str
    kinds: list[Kind]
    """Which datasets it is for."""
    stages: list[StageType]
    params_schema: dict[str, Any]


class TaskTypes(Answer):
    """All task types."""

    items: list[TaskType]
