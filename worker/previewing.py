"""Previewing: the counts of this worker for its latest tasks, a save of each now and then."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from service.domain.chunks import ClaimedChunk, Fence
from service.domain.saves import PreviewSave

EVERY = 4
"""Previews go with every fourth batch."""
COUNTED_TASKS = 256


class Previewing:
    """Mergeable counts, by task."""

    def __init__(self) -> None:
        self._counts: OrderedDict[UUID, dict[str, Any]] = OrderedDict()
        self._news: dict[UUID, Fence] = {}
        self._turn = 0

    def count(self, chunk: ClaimedChunk, count: Callable[[dict[str, Any]], None]) -> None:
        """Counts what came of a unit of the chunk."""
        count(self._counts.setdefault(chunk.task_id, {}))
        self._counts.move_to_end(chunk.task_id)
        if len(self._counts) > COUNTED_TASKS:
            self._counts.popitem(last=False)
        self._news[chunk.task_id] = chunk.fence

    def take(self) -> list[PreviewSave]:
        """What is new; nothing in three of four turns."""
        self._turn += 1
        if self._turn % EVERY:
            return []
        news, self._news = self._news, {}
        return [
            PreviewSave(fence, self._counts[task_id])
            for task_id, fence in news.items()
            if task_id in self._counts
        ]

    def discard(self, fence: Fence) -> None:
        """Says no more for a run; what was counted stays with its task."""
        self._news = {task: told for task, told in self._news.items() if told != fence}
