"""Freshness: whether what an analysis says of a dataset still holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from service.catalog.entry import Catalogue, Entry
from service.db.items import Items
from service.db.tasks import Tasks
from service.domain.datasets import Dataset
from service.domain.tasks import Task


class Standing(StrEnum):
    """How an analysis of a dataset stands."""

    NEVER = "never"
    RUNNING = "running"
    STALE = "stale"
    FRESH = "fresh"


@dataclass(frozen=True)
class Freshness:
    """An analysis of a dataset, and how it stands."""

    type: str
    standing: Standing
    task_id: UUID | None = None
    """The running one, else the last that was completed."""
    stale_items: int = 0
    """How many items have come or gone since, or have another vector than it has worked with."""
    found: Mapping[str, float] = field(default_factory=dict[str, float])
    """The gist of what the last completed one has found."""


class FreshnessActions:
    """Compares analyses with the newest version of their dataset."""

    def __init__(self, items: Items, tasks: Tasks, catalogue: Catalogue) -> None:
        self._items = items
        self._tasks = tasks
        self._catalogue = catalogue

    async def of(self, dataset: Dataset) -> Sequence[Freshness]:
        """Every analysis for a dataset that the user may see; drift is of two."""
        active = await self._tasks.active_on([dataset.id])
        analyses = [one for one in self._catalogue.of_one_dataset if dataset.kind in one.kinds]
        return [await self._one(entry, dataset, active) for entry in analyses]

    async def _one(self, entry: Entry, dataset: Dataset, active: Sequence[Task]) -> Freshness:
        for task in active:
            if task.type == entry.name and task.dataset_id == dataset.id:
                return Freshness(entry.name, Standing.RUNNING, task.id)
        last = await self._tasks.newest_completed(dataset.id, entry.name)
        if last is None:
            return Freshness(entry.name, Standing.NEVER)
        changed = 0
        if last.version != dataset.version:
            changed = await self._items.changed_since(dataset.id, last.version)
        stale = max(changed, last.new_vectors)  # an item that came may have a vector, too
        standing = Standing.STALE if stale else Standing.FRESH
        return Freshness(entry.name, standing, last.id, stale, last.gist)
