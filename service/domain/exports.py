"""Exports: tables of rows that are downloaded, whatever they are written down as."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from enum import StrEnum

Cell = str | int | float | bool | None
Row = Sequence[Cell]


class ColumnType(StrEnum):
    """What a column holds; every cell may also be empty."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "truth"


@dataclass(frozen=True)
class Column:
    """A column of an export."""

    name: str
    type: ColumnType


class ExportFormat(StrEnum):
    """How rows are written down."""

    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True)
class Export:
    """What is downloaded: its name without an ending, its columns, and pages of rows."""

    name: str
    columns: Sequence[Column]
    pages: AsyncGenerator[Sequence[Row]]
