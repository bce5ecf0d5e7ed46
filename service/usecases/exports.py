"""Exports: a row for each item of a task, with everything that is known and was found of it."""

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from service.catalog.entry import Catalogue, Entry
from service.db.columns import Columns
from service.db.exports import Exports, Subject
from service.domain.exports import Cell, Column, ColumnType, Export, ExportFormat, Row
from service.domain.features import Extractor
from service.domain.image_features import IMAGE_EXTRACTOR
from service.domain.item_columns import IMAGE_COLUMNS, Code, Number
from service.domain.map_columns import MapColumn, score_of
from service.domain.users import User
from service.processes.parquet_writer import ParquetWriters
from service.usecases import export_formats
from service.usecases.map_rows import MapRows, Values
from service.usecases.tasks import TaskActions

PAGE_ROWS = 2000
READ: Mapping[Extractor, Sequence[Number | Code]] = {IMAGE_EXTRACTOR: IMAGE_COLUMNS}
"""What the numbers of each extractor are called, and which of them stand for names."""

ABOUT_ITEMS = (
    Column("dataset", ColumnType.TEXT),
    Column("item_id", ColumnType.INTEGER),
    Column("path", ColumnType.TEXT),
    Column("label", ColumnType.TEXT),
    Column("split", ColumnType.TEXT),
    Column("group", ColumnType.TEXT),
    Column("sha256", ColumnType.TEXT),
    Column("size_bytes", ColumnType.INTEGER),
)
ABOUT_READING = (
    Column("unreadable", ColumnType.TEXT),
    Column("unreadable_detail", ColumnType.TEXT),
)


class ExportActions:
    """Exports of completed tasks."""

    def __init__(
        self,
        tasks: TaskActions,
        exports: Exports,
        map_columns: Columns,
        parquet_writers: ParquetWriters,
        catalogue: Catalogue,
    ) -> None:
        self._tasks = tasks
        self._exports = exports
        self._map_columns = map_columns
        self._parquet_writers = parquet_writers
        self._catalogue = catalogue

    async def export(self, user: User, task_id: UUID) -> Export:
        """By dataset, then by item; a task that has no result says so before the first byte."""
        await self._tasks.result(user, task_id)
        subjects = await self._exports.subjects(task_id)
        kinds = await self._exports.kinds(task_id)
        entry = self._entry(subjects[0])
        sheet = _Sheet.of(kinds, entry)
        name = "-".join([*(subject.name for subject in subjects), subjects[0].task_type])
        return Export(name, sheet.columns, self._pages(task_id, subjects, sheet))

    def written(self, export: Export, format_: ExportFormat) -> AsyncGenerator[bytes]:
        """The file, in pieces as they are wanted."""
        match format_:
            case ExportFormat.CSV:
                return export_formats.as_csv(export)
            case ExportFormat.JSON:
                return export_formats.as_json(export)
            case ExportFormat.JSON_LINES:
                return export_formats.as_json_lines(export)
            case ExportFormat.PARQUET:
                return export_formats.as_parquet(export, self._parquet_writers)

    def _entry(self, subject: Subject) -> Entry | None:
        """None where the type calls things otherwise today than when the task ran."""
        entry = self._catalogue.entry(subject.task_type)
        return entry if entry.version == subject.task_type_version else None

    async def _pages(
        self, task_id: UUID, subjects: Sequence[Subject], sheet: "_Sheet"
    ) -> AsyncGenerator[Sequence[Row]]:
        async with MapRows(self._map_columns, task_id, sheet.mapped) as mapped:
            for subject in subjects:
                after = 0
                while items := await self._exports.items(
                    subject, sheet.extractor, after=after, limit=PAGE_ROWS
                ):
                    first, after = items[0]["id"], items[-1]["id"]
                    said = await self._said(task_id, sheet, first, after)
                    places = await mapped.up_to(after) if sheet.mapped else {}
                    # thousands of rows would hold everybody else up
                    yield await asyncio.to_thread(sheet.rows, subject, items, said, places)

    async def _said(
        self, task_id: UUID, sheet: "_Sheet", first_id: int, last_id: int
    ) -> Mapping[int, Mapping[str, Any]]:
        said: dict[int, dict[str, Any]] = {}
        for row in await self._exports.said(task_id, list(sheet.fields), first_id, last_id):
            said.setdefault(row["item_id"], {})[row["kind"]] = row
        return said


@dataclass(frozen=True)
class _Sheet:
    """Which columns there are, and how an item becomes a row of them."""

    extractor: Extractor | None
    read: Sequence[Number | Code]
    """What its features tell that is not told as something about the item."""
    mapped: Sequence[MapColumn]
    """What a map says of every item, the id first."""
    fields: Mapping[str, Mapping[str, ColumnType]]
    """By kind, what its data tells beside the score."""
    scored: Set[str]
    """The kinds that every item has a score for, on the map."""

    @classmethod
    def of(cls, kinds: Mapping[str, Mapping[str, Any]], entry: Entry | None) -> "_Sheet":
        """The reason of what is unreadable is told by its features, for every task alike."""
        fields = {
            kind: {name: _type(value) for name, value in data.items()}
            for kind, data in kinds.items()
            if kind != "unreadable"
        }
        about = {column.name for column in ABOUT_ITEMS}
        extractor = entry.extractor if entry else None
        features = READ[extractor] if extractor else ()
        read = [column for column in features if column.name not in about]
        mapped = entry.columns if entry else ()
        scored = {kind for kind in fields if score_of(kind) in {one.name for one in mapped}}
        return cls(extractor, read, mapped, fields, scored)

    @property
    def columns(self) -> list[Column]:
        read = [Column(column.name, _read_type(column)) for column in self.read]
        told = ABOUT_READING if self.extractor else ()
        mapped = [Column(column.name, _kind(column)) for column in self.mapped[1:]]
        found = [
            column
            for kind, fields in self.fields.items()
            for column in (
                self._found_column(kind),
                *(Column(f"{kind}_{name}", type_) for name, type_ in fields.items()),
            )
        ]
        return [*ABOUT_ITEMS, *read, *told, *mapped, *found]

    def _found_column(self, kind: str) -> Column:
        """Whether it was found, where a map has the scores of all items; else its score."""
        if kind in self.scored:
            return Column(f"{kind}_found", ColumnType.TRUTH)
        return Column(score_of(kind), ColumnType.NUMBER)

    def rows(
        self,
        subject: Subject,
        items: Sequence[Any],
        said: Mapping[int, Mapping[str, Any]],
        mapped: Mapping[int, Values],
    ) -> list[Row]:
        return [
            self._row(subject, item, said.get(item["id"], {}), mapped.get(item["id"]))
            for item in items
        ]

    def _row(
        self,
        subject: Subject,
        item: Any,
        said: Mapping[str, Any],
        mapped: Values | None,
    ) -> Row:
        about = [item[name] for name in ("id", "path", "label", "split", "group")]
        numbers = item["numbers"]
        read = [numbers and _told(column, numbers[column.place]) for column in self.read]
        told = (item["reason_code"], item["reason_detail"]) if self.extractor else ()
        cells: list[Cell] = [subject.name, *about, item["sha256"].hex(), item["size_bytes"]]
        places = _defined(mapped) if mapped else [None] * len(self.mapped[1:])
        return [*cells, *read, *told, *places, *self._found(said)]

    def _found(self, said: Mapping[str, Any]) -> list[Cell]:
        cells: list[Cell] = []
        for kind, fields in self.fields.items():
            row = said.get(kind)
            data = (row and row["data"]) or {}
            told = (_cell(data.get(name), type_) for name, type_ in fields.items())
            found = row is not None if kind in self.scored else row and row["score"]
            cells += [found, *told]
        return cells


def _told(column: Number | Code, kept: float) -> Cell:
    """Names for people: what stands for them is nobody's business out there."""
    return column.name_of(kept) if isinstance(column, Code) else kept


def _read_type(column: Number | Code) -> ColumnType:
    return ColumnType.TEXT if isinstance(column, Code) else ColumnType.NUMBER


def _defined(values: Values) -> list[Cell]:
    """What is NaN on the map is an empty cell."""
    return [None if math.isnan(value) else value for value in values]


def _kind(column: MapColumn) -> ColumnType:
    return ColumnType.INTEGER if column.type.whole else ColumnType.NUMBER


def _type(value: object) -> ColumnType:
    match value:
        case bool():
            return ColumnType.TRUTH
        case int() | float():
            return ColumnType.NUMBER
        case _:
            return ColumnType.TEXT


def _cell(value: Any, type_: ColumnType) -> Cell:
    """Whatever is no plain value becomes JSON."""
    if type_ is not ColumnType.TEXT or value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()
