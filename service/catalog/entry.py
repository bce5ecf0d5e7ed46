"""Entry: what a task type promises: its name, params, result, stages and limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from service.domain.datasets import Kind
from service.domain.features import Extractor
from service.domain.map_columns import MapColumn
from service.domain.stages import StageKind
from service.errors import MeanwhileError


class Over(StrEnum):
    """What a map stage runs over; planning knows how to cut each into ranges."""

    BLOBS_WITHOUT_FEATURES = "blobs_without_features"
    BLOBS_WITHOUT_VECTORS = "blobs_without_vectors"
    LISTED_FILES = "listed_files"


@dataclass(frozen=True)
class StageSpec:
    """A stage as its task type declares it."""

    name: str
    title: str
    weight: float
    """Its usual share of the whole, against the weights of the other stages."""
    over: Over | None = None
    """What it maps over; None makes it a solo stage."""
    unit: str = ""
    chunk_size: int = 1
    """The most keys of a chunk."""
    key_bytes: int | None = None
    """Where a chunk is full earlier if there is much to read: so many bytes count as one key."""
    extractor: Extractor | None = None
    of_target: bool = False
    """Whether it maps over the target of its task, not over the dataset."""

    @property
    def kind(self) -> StageKind:
        return StageKind.SOLO if self.over is None else StageKind.MAP


class Params(BaseModel):
    """Params of a task: every field has a default that suffices, unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Result(BaseModel):
    """The result of a task, as its readers meet it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Entry:
    """One task type."""

    name: str
    version: int
    title: str
    summary: str
    params: type[Params]
    result: type[Result]
    stages: tuple[StageSpec, ...]
    cacheable: bool = True
    """Whether a completed task on the same dataset versions may answer for a new one."""
    submitted_directly: bool = True
    """Whether POST /tasks takes it; others have a route of their own."""
    columns: tuple[MapColumn, ...] = ()
    """What it says of every item, for maps; most say it of few, as items of a kind."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    """Which datasets it is for, the target too; of any kind, unless it says otherwise."""
    makes_embeddings: bool = False
    """Whether it ends with vectors of items, which are shown with its end."""
    compares: bool = False
    """Whether it has a target beside its dataset."""

    @property
    def extractor(self) -> Extractor | None:
        """Whose features it needs, if any; a new version of it needs a new version of the entry."""
        return next((stage.extractor for stage in self.stages if stage.extractor), None)

    def stage(self, name: str) -> StageSpec:
        return next(stage for stage in self.stages if stage.name == name)


class UnknownTaskType(MeanwhileError):
    """No entry of that name."""

    code = "unknown_task_type"
    status = 422


class Catalogue:
    """All task types that this deployment knows, by name."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.name: entry for entry in entries}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    @property
    def of_one_dataset(self) -> Iterable[Entry]:
        """Analyses that say something of a dataset by itself, until it changes."""
        return [entry for entry in self if entry.cacheable and not entry.compares]

    def entry(self, name: str) -> Entry:
        try:
            return self._entries[name]
        except KeyError:
            known = ", ".join(sorted(self._entries))
            raise UnknownTaskType(f"there is no task type {name!r}; known are {known}") from None
