"""What users may see of the maps of tasks: all items at once, as packed columns."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.catalog.entry import Catalogue
from service.db.columns import Columns
from service.domain.map_columns import MapColumn
from service.domain.tasks import Status, Task
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.task_problems import ResultOutdated, TaskNotCompleted
from service.usecases.tasks import TaskActions


class NoMap(MeanwhileError):
    """Tasks of its type say nothing of every item."""

    code = "no_map"
    status = 404


@dataclass(frozen=True)
class ItemMap:
    """What a completed task says of each of so many items."""

    task: Task
    columns: Sequence[MapColumn]
    rows: int


class MapActions:
    """Reads maps."""

    def __init__(self, tasks: TaskActions, columns: Columns, catalogue: Catalogue) -> None:
        self._tasks = tasks
        self._columns = columns
        self._catalogue = catalogue

    async def find(self, user: User, task_id: UUID) -> ItemMap:
        task = await self._tasks.find_shown(user, task_id)
        columns = self._catalogue.entry(task.type).columns
        if not columns:
            raise NoMap(f"tasks of type {task.type!r} have no map")
        if task.status is not Status.COMPLETED:
            raise TaskNotCompleted(
                f"the task is {task.status}; its map is there once it is completed"
            )
        await self._tasks.result(user, task_id)
        sizes = await self._columns.sizes(task_id)
        rows = {sizes.get(column.name, 0) / column.type.size_bytes for column in columns}
        if len(rows) != 1:
            raise ResultOutdated(
                "the task ran before an update, and its map has other columns; submit it anew"
            )
        return ItemMap(task, columns, int(rows.pop()))

    async def bytes_of(self, found: ItemMap) -> AsyncGenerator[bytes]:
        """The columns, one after the other."""
        for column in found.columns:
            async for block in self._columns.blocks(found.task.id, column.name):
                yield block
