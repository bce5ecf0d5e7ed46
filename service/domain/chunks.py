"""Chunks: ranges of a stage that are leased, retried and resumed, and how a run of one may end."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.domain.tasks import Failure

MAX_RETRIES = 3
"""A chunk that fails for a passing reason runs at most this many times more."""


class ChunkKind(StrEnum):
    """Planning a map stage is itself a chunk."""

    PLAN = "plan"
    WORK = "work"


class ChunkState(StrEnum):
    """Only ``waiting`` can be claimed; ``held`` waits for its time."""

    WAITING = "waiting"
    HELD = "held"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Fence:
    """Names one run of one chunk; whatever a run writes is refused once a newer one exists."""

    chunk_id: int
    run: int
    token: UUID


@dataclass(frozen=True)
class ClaimedChunk:
    """A chunk that this worker now holds the lease of, with all that its work needs to know."""

    fence: Fence
    kind: ChunkKind
    first_key: int
    last_key: int
    attempts: int
    task_id: UUID
    task_type: str
    stage_id: int
    stage: str
    params: Mapping[str, Any]
    owner_id: UUID
    dataset_id: UUID | None
    dataset_version: int | None
    target_id: UUID | None
    target_version: int | None
    cancelling: bool

    def frozen(self, *, of_target: bool = False) -> tuple[UUID | None, int | None]:
        """The dataset, or the target, and its version when the task was submitted."""
        if of_target:
            return self.target_id, self.target_version
        return self.dataset_id, self.dataset_version


@dataclass(frozen=True)
class Done:
    """All keys of the chunk are accounted for; a task's last stage brings its result."""

    result: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class HandedBack:
    """The chunk goes on later, uncharged: the worker drains, or others hold some of its keys."""

    after_seconds: float = 0.0
    why: str | None = None
    """For the task's log; what happens twice a second is not told."""


@dataclass(frozen=True)
class Failed:
    """The chunk could not be finished; a transient failure is tried again."""

    failure: Failure
    transient: bool
    trace: str | None = None
    """Of an error that nobody expected."""


@dataclass(frozen=True)
class Stopped:
    """The run was killed because its task is being cancelled."""


@dataclass(frozen=True)
class Lost:
    """The lease is gone: somebody else may have the chunk, so nothing is written."""


@dataclass(frozen=True)
class Settled:
    """The run has ended itself in the transaction that did its work."""


Outcome = Settled | Done | HandedBack | Failed | Stopped | Lost


def backoff_seconds(attempts: int, jitter: float) -> float:
    """How long to hold a chunk after its n-th failure (n from 1); ``jitter`` is from 0 to 1."""
    return min(2.0 ** (attempts - 1), 60.0) * (0.5 + jitter)
