"""Tasks: what somebody asked for and watches, and the words for what may become of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.domain.places import Place
from service.domain.stages import Stage


class Status(StrEnum):
    """Where a task stands; cancelling is a flag until it is done."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self not in ACTIVE


ACTIVE = (Status.PENDING, Status.IN_PROGRESS)


class Priority(StrEnum):
    """How soon a waiting task is taken: a head start in seconds, so that waiting ages by itself."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def head_start(self) -> timedelta:
        return {
            Priority.HIGH: timedelta(seconds=60),
            Priority.NORMAL: timedelta(),
            Priority.LOW: timedelta(seconds=-60),
        }[self]


@dataclass(frozen=True)
class Failure:
    """Why a task failed: a stable code and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True)
class Task:
    """A task with its whole progress at one moment, numbered by ``seq``."""

    id: UUID
    type: str
    dataset_id: UUID | None
    target_id: UUID | None
    params: Mapping[str, Any]
    status: Status
    stages: tuple[Stage, ...]
    error: Failure | None
    partial: bool
    set_aside: int
    """Items that could not be analysed and were left out, with a reason each."""
    cancelling: bool
    priority: Priority
    attempts: int
    owner_id: UUID
    owner: str
    place: Place | None
    """Where it stands in the order of work while it waits."""
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    read_at: datetime
    """The moment, on the database's clock, at which all of this was true."""
    seq: int
    preview_seq: int
    log_seq: int
    size: int | None = None
    """How many items its datasets had when it was submitted."""
    mapped: bool = False
    """Whether tasks of its type say something of every item."""


def fingerprint(
    type_: str, version: int, subjects: tuple[UUID | None, ...], params: Mapping[str, Any]
) -> bytes:
    """32 bytes that are equal for equal requests: type, its version, subjects and params."""
    told = [type_, version, [str(subject) for subject in subjects], params]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
