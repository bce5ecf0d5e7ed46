"""Listing rows: what a line of CSV, TSV or JSON says of one path."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from service.compute.entry_names import MAX_NAME_BYTES
from service.compute.listing_text import ListingText, damaged
from service.errors import Unreadable

MAX_VALUE_CHARACTERS = 200

_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "path": ("path", "file_name", "filename", "image"),
    "label": ("label", "class", "target"),
    "group": ("group",),
    "split": ("split",),
}
"""Names of columns, the first of which is taken that is there."""
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a path; None where nothing is said."""

    line: int
    path: str
    label: str | None
    group: str | None
    split: str | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that says nothing that can be kept, while the listing goes on."""

    line: int
    code: str
    detail: str


def delimited_rows(header: str, text: ListingText) -> Iterator[Row | BadRow | None]:
    """Yields the rows below a header, None for those that are empty."""
    delimiter = max(_DELIMITERS, key=lambda each: len(_places(_cells(header, each))))
    names = _cells(header, delimiter)
    places = _places(names)
    if "path" not in places:
        raise _without_paths(f"no column of {header.strip()[:MAX_VALUE_CHARACTERS]!r} is 'path'")
    text.end_row()
    reader = csv.reader(text, delimiter=delimiter, skipinitialspace=True)
    while True:
        line = text.number + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise damaged(line, f"is no row: {error}") from error
        text.end_row()
        if cells is None:
            return
        yield _delimited_row(line, cells, len(names), places)


def json_rows(first: str, text: ListingText) -> Iterator[Row | BadRow | None]:
    """Yields what the objects say, one a line; None for blank lines."""
    line: str | None = first
    any_path = False
    while line is not None:
        text.end_row()
        row = _json_row(text.number, line)
        any_path = any_path or isinstance(row, Row)
        yield row
        line = next(text, None)
    if not any_path:
        raise _without_paths("no line of it is an object with a 'path'")


def _delimited_row(
    line: int, cells: list[str], width: int, places: Mapping[str, int]
) -> Row | BadRow | None:
    if not any(cell.strip() for cell in cells):
        return None
    if any(cell.strip() for cell in cells[width:]):
        detail = f"it has {len(cells)} cells, more than the header's {width}"
        return BadRow(line, "too_many_cells", detail)
    return _row(line, {name: cells[at] for name, at in places.items() if at < len(cells)})


def _json_row(line: int, told: str) -> Row | BadRow | None:
    if not told.strip():
        return None
    try:
        values = orjson.loads(told)
    except orjson.JSONDecodeError as error:
        return BadRow(line, "not_json", f"it is no JSON: {error.msg}")
    if not isinstance(values, dict):
        return BadRow(line, "not_json", "it is no JSON object")
    found = list(values.values())
    return _row(line, {name: found[at] for name, at in _places(list(values)).items()})


def _row(line: int, told: Mapping[str, Any]) -> Row | BadRow:
    values: dict[str, str | None] = {}
    for name in _COLUMNS:
        value = told.get(name)
        if isinstance(value, dict | list):
            return BadRow(line, "wrong_value", f"its {name} is neither text nor a number")
        values[name] = _text(value)
        if _is_too_long(name, values[name] or ""):
            return BadRow(line, "value_too_long", f"its {name} is too long")
    path = values["path"]
    if path is None:
        return BadRow(line, "no_path", "it names no path")
    return Row(line, path, values["label"], values["group"], values["split"])


def _text(value: str | float | bool | None) -> str | None:
    """A value as text; of JSON, labels are often numbers."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case _:
            return str(value).strip() or None


def _is_too_long(name: str, value: str) -> bool:
    if name == "path":
        return len(value.encode()) > MAX_NAME_BYTES
    return len(value) > MAX_VALUE_CHARACTERS


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _places(names: Sequence[str]) -> dict[str, int]:
    """Where each of our columns is."""
    known = [name.strip().casefold() for name in names]
    places: dict[str, int] = {}
    for column, aliases in _COLUMNS.items():
        found = [known.index(alias) for alias in aliases if alias in known]
        if found:
            places[column] = found[0]
    return places


def _without_paths(detail: str) -> Unreadable:
    return Unreadable("listing_without_paths", detail)
