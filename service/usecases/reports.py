"""Reports: the result of a task as one HTML file, with figures, tables and thumbnails."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel, ValidationError

from service.catalog.entry import Catalogue
from service.db.exports import Exports
from service.domain.tasks import Task
from service.domain.users import User
from service.reports.blocks import Section
from service.reports.document import Head, document
from service.reports.sections import section
from service.storage.local import LocalStorage
from service.usecases.task_problems import ResultOutdated
from service.usecases.tasks import TaskActions


class ReportActions:
    """Reports of completed tasks."""

    def __init__(
        self, tasks: TaskActions, exports: Exports, storage: LocalStorage, catalogue: Catalogue
    ) -> None:
        self._tasks = tasks
        self._exports = exports
        self._storage = storage
        self._catalogue = catalogue

    async def report(self, user: User, task_id: UUID) -> tuple[str, str]:
        """(name without an ending, HTML) of at most about 5 MB."""
        task = await self._tasks.find_shown(user, task_id)
        result = await self._tasks.result(user, task_id)
        names = [subject.name for subject in await self._exports.subjects(task_id)]
        entry = self._catalogue.entry(task.type)
        head = Head(f"{entry.title}: {', '.join(names)}", _when(task), _lines(task))
        text = await asyncio.to_thread(self._written, head, entry.result, result)
        return "-".join([*names, task.type]), text

    def _written(self, head: Head, model: type[BaseModel], result: Any) -> str:
        return document(head, _sections(_read(model, result)), self._storage.thumbnail)


def _read(model: type[BaseModel], result: Any) -> BaseModel:
    try:
        return model.model_validate(result)
    except ValidationError as error:
        raise ResultOutdated(
            "the task ran before an update, and its result looks otherwise today; submit it anew"
        ) from error


def _sections(result: BaseModel) -> list[Section]:
    """What is plain in the result comes first, under one heading."""
    whole = section("Overview", result)
    return [Section(whole.title, whole.blocks), *whole.sections]


def _when(task: Task) -> str:
    return f"{task.completed_at:%Y-%m-%d %H:%M} UTC" if task.completed_at else ""


def _lines(task: Task) -> list[str]:
    return [f"task {task.id}", *_settled("", task.params)]


def _settled(before: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The params that have a value, those of a part after its name."""
    for name, value in sorted(params.items()):
        words = f"{before}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            yield from _settled(f"{words} ", cast("dict[str, Any]", value))
        elif value is not None:
            yield f"{words} {value}"
