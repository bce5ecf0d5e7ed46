"""Previewing: the counts of this worker for its latest tasks, a save of each now and then."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from service.domain.chunks import ClaimedChunk, Fence
from service.domain.saves import PreviewSave

EVERY = 4
"""Previews go with every fourth batch, a task's first with the next."""
COUNTED_TASKS = 256


class Previewing:
    """Mergeable counts, by task."""

    def __init__(self) -> None:
        self._counts: OrderedDict[UUID, dict[str, Any]] = OrderedDict()
        self._news: dict[UUID, Fence] = {}
        self._shown: set[UUID] = set()
        self._turn = 0

    def count(self, chunk: ClaimedChunk, count: Callable[[dict[str, Any]], None]) -> None:
        """Counts what came of a unit of the chunk."""
        count(self._counts.setdefault(chunk.task_id, {}))
        self._counts.move_to_end(chunk.task_id)
        if len(self._counts) > COUNTED_TASKS:
            forgotten, _ = self._counts.popitem(last=False)
            self._shown.discard(forgotten)
        self._news[chunk.task_id] = chunk.fence

    def take(self) -> list[PreviewSave]:
        """What is new; in three of four turns only of tasks that have shown nothing yet."""
        self._turn += 1
        later = self._shown if self._turn % EVERY else frozenset[UUID]()
        due = {task: fence for task, fence in self._news.items() if task not in later}
        self._news = {task: fence for task, fence in self._news.items() if task in later}
        told = [PreviewSave(due[task], self._counts[task]) for task in due if task in self._counts]
        self._shown.update(due.keys() & self._counts.keys())
        return told

    def discard(self, fence: Fence) -> None:
        """Says no more for a run; what was counted stays with its task."""
        self._news = {task: told for task, told in self._news.items() if told != fence}
