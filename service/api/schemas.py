"""Schemas: bodies, queries and answers as the API documents them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.datasets import Kind, Visibility
from service.domain.tasks import Priority, Status
from service.domain.users import Role


class Body(BaseModel):
    """Unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What comes back."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457 problem details; ``code`` is stable."""

    class WrongField(Answer):
        """One field that does not fit."""

        field: str
        message: str

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[WrongField] = []


class Page(Body):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class SignIn(Body):
    """The one-time token of a sign-in link."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class UserAnswer(Answer):
    """Who is signed in."""

    name: str
    role: Role


class Session(Answer):
    """The session that the request belongs to."""

    user: UserAnswer


class NewDatasetBody(Body):
    """A dataset to create."""

    name: str
    kind: Kind = Kind.IMAGE
    visibility: Visibility = Visibility.PRIVATE


class ImportBody(Body):
    """A folder of the server, below one of its import roots."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class TaskBody(Body):
    """A task to submit."""

    type: str
    dataset_id: UUID
    params: dict[str, Any] = {}
    priority: Priority = Priority.NORMAL
    force: bool = False
    """Compute anew even if a completed task on the same version could answer."""


class TaskQuery(Page):
    """Which tasks."""

    dataset_id: UUID | None = None
    type: str | None = None
    status: Status | None = None


class TaskItemQuery(Page):
    """Which items of a task."""

    kind: str


class LogQuery(Body):
    """Which lines of a log."""

    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


class StageAnswer(Answer):
    """A stage of a task."""

    name: str
    title: str
    kind: Literal["solo", "map"]
    unit: str
    weight: float
    state: Literal["waiting", "running", "completed"]
    done: int
    total: int | None


class TaskMetadata(Answer):
    """How far a task is and how long it may take."""

    stage: str | None
    stages: list[StageAnswer]
    done: int
    total: int | None
    unit: str
    rate: float | None
    eta_low_seconds: float | None
    eta_high_seconds: float | None
    position: int | None
    set_aside: int
    cancelling: bool


class TaskError(Answer):
    """Why a task failed."""

    code: str
    detail: str


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
    links: dict[str, str]


class TaskPage(Answer):
    """Tasks, newest first."""

    items: list[TaskAnswer]
    next_cursor: str | None


class DatasetAnswer(Answer):
    """A dataset at its newest version."""

    id: UUID
    name: str
    kind: Kind
    visibility: Visibility
    version: int
    items: int
    size_bytes: int
    owner: str
    created_at: datetime
    cover: list[str]
    running: list[TaskAnswer]


class DatasetPage(Answer):
    """Datasets, newest first."""

    items: list[DatasetAnswer]
    next_cursor: str | None


class ItemAnswer(Answer):
    """An item of a dataset."""

    id: int
    path: str
    sha256: str
    size_bytes: int
    label: str | None
    added_in: int


class ItemPage(Answer):
    """Items, in the order in which they came."""

    items: list[ItemAnswer]
    next_cursor: str | None


class AddedFile(Answer):
    """A file that is in the dataset now."""

    path: str
    sha256: str
    size_bytes: int
    item_id: int | None
    """None where the dataset had the same bytes under this path already."""


class SkippedUpload(Answer):
    """A file that was not added, and why."""

    path: str
    reason: str


class FilesAnswer(Answer):
    """What became of uploaded files."""

    version: int
    added: list[AddedFile]
    skipped: list[SkippedUpload]


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
    stages: list[StageType]
    params_schema: dict[str, Any]


class TaskTypes(Answer):
    """All task types."""

    items: list[TaskType]


class Health(Answer):
    """Whether the process, and what it needs, answer."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str] = {}
