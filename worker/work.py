"""Work: what an analysis says about each of its stages, so that the runner can run it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.catalog.entry import Entry, StageSpec
from service.domain.chunks import ClaimedChunk
from service.domain.saves import Save
from service.domain.tasks import Failure
from service.processes.output import ItemError, Output
from service.runtime import Runtime
from service.storage.incoming import IncomingFolder

FAULTS = ("analysis_error", "out_of_memory")
"""Errors of an item that are no fact about its bytes: it is set aside, not called unreadable."""


class StageFailed(Exception):
    """A solo stage cannot be done, and trying again would not help."""

    def __init__(self, code: str, detail: str, traceback: str | None = None) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.traceback = traceback

    @property
    def failure(self) -> Failure:
        return Failure(self.code, self.detail)

    @property
    def faulty(self) -> bool:
        """Whether we are to blame, not what was read."""
        return self.code in FAULTS


@dataclass(frozen=True)
class Run:
    """One run of one chunk: the chunk, its declarations and the open parts of the process."""

    chunk: ClaimedChunk
    entry: Entry
    spec: StageSpec
    runtime: Runtime
    folder: IncomingFolder
    """For its files; removed when it has ended, or swept where its worker was killed."""


@dataclass(frozen=True)
class Unit:
    """One key of a map stage: what the child is given for it, and what keeping it needs to know."""

    key: int
    input: Any
    subject: Any


@dataclass(frozen=True)
class Batch:
    """The units of a chunk that are still to be done, and how many others are working on."""

    units: Sequence[Unit]
    elsewhere: int = 0


@dataclass(frozen=True)
class Kept:
    """What is kept of a unit: a save, and maybe a thumbnail of a blob."""

    save: Save
    thumbnail: tuple[str, bytes] | None = None
    """SHA-256 and bytes; without any the blob is its own."""
    count: Callable[[dict[str, Any]], None] | None = None
    """Adds it to the preview's counts; empty ones are for it to begin."""


@dataclass(frozen=True)
class MapWork:
    """A map stage: read what is open, call the function in a child for each, keep what comes."""

    read: Callable[[Run], Awaitable[Batch]]
    function: str
    shared: Callable[[Run], Any]
    keep: Callable[[Run, Unit, Output | ItemError], Kept]
    keeps: Callable[[Run], str] | None = None
    """What the function leaves in its child for the next chunk, by name, such as a model."""


@dataclass(frozen=True)
class SoloWork:
    """A solo stage: hands rows to the saver as they come; the last stage returns the result."""

    work: "Callable[[Run, SoloTools], Awaitable[Mapping[str, Any] | None]]"


@dataclass(frozen=True)
class SoloTools:
    """What a solo stage is given: children to compute in, and the way to save."""

    child: Callable[[str, Any, Any], AsyncGenerator[Any]]
    """What a function yields for one item in a child: (function, item, shared)."""
    save: Callable[[Sequence[Save]], Awaitable[None]]


StageWork = MapWork | SoloWork
Analyses = Mapping[str, Mapping[str, StageWork]]
"""By task type and stage."""
