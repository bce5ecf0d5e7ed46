"""Saves: what runs hand to the saver; each names the run that it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.domain.chunks import Fence
from service.domain.datasets import NewItem, Place
from service.domain.features import Extractor


@dataclass(frozen=True)
class Reason:
    """Why something could not be done: a stable code and a sentence for people."""

    code: str
    detail: str


@dataclass(frozen=True)
class FeatureSave:
    """What an extractor made of a claimed blob, or why it could not; one key of the chunk."""

    fence: Fence
    extractor: Extractor
    blob_id: int
    numbers: Sequence[float] | None = None
    signature: bytes | None = None
    descriptor: bytes | None = None
    facts: Mapping[str, Any] | None = None
    unreadable: Reason | None = None


@dataclass(frozen=True)
class VectorSave:
    """What a model made of a blob, for the embeddings of its task; one key of the chunk."""

    fence: Fence
    blob_id: int
    vector: bytes


@dataclass(frozen=True)
class FileSave:
    """A listed file that is stored, or the reason why it is skipped; one key of the chunk."""

    fence: Fence
    key: int
    item: NewItem | None = None
    skipped: Reason | None = None
    incoming: Path | None = None
    """Where the bytes are until they become a blob."""


@dataclass(frozen=True)
class EntrySave:
    """An entry of an archive, found and stored at once, or the reason why it is skipped."""

    fence: Fence
    key: int
    path: str
    item: NewItem | None = None
    skipped: Reason | None = None
    incoming: Path | None = None


@dataclass(frozen=True)
class LabelSave:
    """A row of a list that says where an item belongs, or the reason why it is skipped."""

    fence: Fence
    key: int
    path: str
    place: Place | None = None
    skipped: Reason | None = None


@dataclass(frozen=True)
class SetAsideSave:
    """A key that could not be worked on; one key of the chunk."""

    fence: Fence
    key: int
    reason: Reason
    trace: str | None = None
    """Of an error that nobody expected."""


@dataclass(frozen=True)
class ItemSave:
    """What a solo stage says of an item."""

    fence: Fence
    kind: str
    item_id: int
    score: float
    data: Mapping[str, Any] | None


@dataclass(frozen=True)
class ColumnSave:
    """A block of values of a column, of items in the order of their ids."""

    fence: Fence
    column: str
    block: int
    data: bytes


@dataclass(frozen=True)
class ListedSave:
    """A file that an import found."""

    fence: Fence
    key: int
    path: str
    source: bytes
    skipped: Reason | None = None


@dataclass(frozen=True)
class FractionSave:
    """How far a solo stage is, in thousandths."""

    fence: Fence
    thousandths: int


@dataclass(frozen=True)
class PreviewSave:
    """The counts of this worker for the task so far; replaces the ones before."""

    fence: Fence
    counts: Mapping[str, Any]


Save = (
    FeatureSave
    | VectorSave
    | FileSave
    | EntrySave
    | LabelSave
    | SetAsideSave
    | ItemSave
    | ColumnSave
    | ListedSave
    | FractionSave
    | PreviewSave
)


@dataclass(frozen=True)
class Saved:
    """What became of a batch of saves."""

    tasks: Sequence[Any] = ()
    """Ids of tasks that moved."""
    refused: frozenset[Fence] = field(default_factory=frozenset[Fence])
    """Runs that have been superseded; nothing of theirs was written."""
