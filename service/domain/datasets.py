"""Datasets: named collections of items, their blobs, and the rules for names and paths."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

MAX_NAME_LENGTH = 200
MAX_PATH_BYTES = 1024
SPLITS = frozenset(
    ("train", "training", "val", "valid", "validation", "dev", "test", "testing", "eval", "holdout")
)
"""First folders with such a name are splits, and labels are the folders below."""


class Kind(StrEnum):
    """What a dataset's items are."""

    IMAGE = "image"


class Visibility(StrEnum):
    """Who may see it besides its owner and admins."""

    PRIVATE = "private"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class Dataset:
    """A dataset at one version."""

    id: UUID
    name: str
    kind: Kind
    visibility: Visibility
    version: int
    items: int
    size_bytes: int
    owner_id: UUID
    owner: str
    created_at: datetime
    cover: tuple[str, ...]
    """SHA-256 of up to four items, for a mosaic."""


class DatasetSort(StrEnum):
    """Orders in which datasets are listed."""

    NEWEST = "-created"
    NAME = "name"
    LARGEST = "-size"
    RUNNING = "-running"
    """Those that something runs on before the others, each newest first."""


@dataclass(frozen=True)
class DatasetQuery:
    """Which datasets, and in which order."""

    limit: int
    search: str | None = None
    """What their names hold, in whatever case."""
    sort: DatasetSort = DatasetSort.NEWEST
    after: tuple[Any, ...] | None = None
    """The last page's last key, as the order has it."""


@dataclass(frozen=True)
class Item:
    """A path in a dataset, pointing to a blob."""

    id: int
    path: str
    sha256: str
    size_bytes: int
    label: str | None
    group: str | None
    split: str | None
    added_in: int
    thumbnail: bool
    """Whether there is a small picture of it."""
    tags: Sequence[str]
    score: float | None
    """What the analysis says that a page was filtered by; lower is worse."""
    place: int
    """Its place among equals: the id that it had when it was analysed, else its own."""


@dataclass(frozen=True)
class Labels:
    """The labels and splits of a dataset, each with how many items have it; up to 1,000 of both.

    And its tags.
    """

    labels: Mapping[str, int]
    splits: Mapping[str, int]
    tags: Mapping[str, int]


class ItemSort(StrEnum):
    """Orders in which items are listed."""

    PATH = "path"
    PATH_DOWN = "-path"
    OLDEST = "added"
    NEWEST = "-added"


@dataclass(frozen=True)
class ItemQuery:
    """Which items of a dataset, and in which order."""

    limit: int
    issue: str | None = None
    label: str | None = None
    split: str | None = None
    tag: str | None = None
    sort: ItemSort = ItemSort.PATH
    after: tuple[str] | tuple[int] | tuple[float, int] | None = None
    """The last page's last path, id, or score and id, as the order has it."""


@dataclass(frozen=True)
class Place:
    """Where an item belongs, besides its dataset."""

    label: str | None
    group: str | None
    split: str | None


@dataclass(frozen=True)
class NewItem:
    """A blob that is stored and waits to be in a dataset under a path."""

    path: str
    sha256: bytes
    size_bytes: int


def clean_path(told: str) -> str | None:
    """The path under which an item is kept: NFC, relative, tidy; None if it cannot be kept.

    Refused are absolute paths, ``..``, NUL, empty paths and those above 1,024 bytes of UTF-8. Bytes
    that are no UTF-8 (surrogate escapes) are written as ``\\xff``, so that two names stay two.
    """
    text = told.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    text = unicodedata.normalize("NFC", text)
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or "\0" in text or not parts or ".." in parts:
        return None
    path = "/".join(parts)
    return path if len(path.encode()) <= MAX_PATH_BYTES else None


def place_of(path: str) -> Place:
    """What the folders of a path say: ``train/cats/1.jpg`` is of split *train* and label *cats*."""
    folders = path.split("/")[:-1]
    split = folders.pop(0) if folders and folders[0].lower() in SPLITS else None
    return Place(label=folders[0] if folders else None, group=None, split=split)
