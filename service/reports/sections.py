"""Sections: how a result becomes blocks, by the shape of its parts and not by its type."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, cast

from pydantic import BaseModel

from service.reports.blocks import (
    Bar,
    Bars,
    Block,
    Card,
    Facts,
    Gallery,
    Histogram,
    Section,
    Table,
)
from service.reports.words import heading, told

MOST_BARS = 50
NAMES = ("name", "title", "label", "attribute", "code", "cluster")
"""Fields that say what a part is about, the best first."""

Model = BaseModel
Fields = Mapping[str, Any]


def section(title: str, value: Any) -> Section:
    """A part of a result under its heading; empty where there is nothing to show."""
    if _is_histogram(value):
        return Section(title, [_histogram(value)])
    if isinstance(value, Model):
        return _of_model(title, value)
    if isinstance(value, dict):
        return _of_mapping(title, value)
    if isinstance(value, list | tuple):
        return _of_list(title, value)
    return Section(title)


def _of_model(title: str, model: Model) -> Section:
    fields = _fields(model)
    facts = [(heading(name), told(name, value)) for name, value in _plain(fields).items()]
    blocks: list[Block] = [Facts(facts)] if facts else []
    return Section(title, blocks, _parts(_nested(fields)))


def _parts(fields: Fields) -> list[Section]:
    parts = [section(heading(name), value) for name, value in fields.items()]
    return [part for part in parts if not part.empty]


def _of_mapping(title: str, mapping: Mapping[str, Any]) -> Section:
    if mapping and all(_is_number(value) for value in mapping.values()):
        return Section(title, [_bars(mapping)])
    return Section(title, sections=_parts(mapping))


def _of_list(title: str, values: Sequence[Any]) -> Section:
    if not values:
        return Section(title)
    if all(_is_item(value) for value in values):
        return Section(title, [Gallery([_card(value) for value in values])])
    if all(isinstance(value, Model) and not _is_histogram(value) for value in values):
        return _of_rows(title, values)
    if all(_is_number(value) for value in values):
        return Section(title, [Table([title], [[", ".join(told("", value) for value in values)]])])
    if all(_is_plain(value) for value in values):
        rows = [[told("", value)] for value in values]
        return Section(title, [Table([title], rows)])
    parts = [section(f"{title} {n}", value) for n, value in enumerate(values, 1)]
    return Section(title, sections=[part for part in parts if not part.empty])


def _of_rows(title: str, models: Sequence[Model]) -> Section:
    """A table of what is told in a cell of each, then a section for what else each has."""
    rows = [_in_cells(_fields(model)) for model in models]
    names = list(dict.fromkeys(name for row in rows for name in row if row[name] is not None))
    cells = [[_cell(name, row.get(name)) for name in names] for row in rows]
    parts = [
        Section(_name(model, number), sections=_parts(_beside_cells(_fields(model))))
        for number, model in enumerate(models, 1)
    ]
    table: list[Block] = [Table([heading(name) for name in names], cells)] if names else []
    return Section(title, table, [part for part in parts if not part.empty])


def _in_cells(fields: Fields) -> Fields:
    """What is plain, and single items: there may be hundreds of rows."""
    return {name: value for name, value in fields.items() if _is_plain(value) or _is_item(value)}


def _beside_cells(fields: Fields) -> Fields:
    return {name: value for name, value in _nested(fields).items() if not _is_item(value)}


def _cell(name: str, value: Any) -> str:
    return _card(value).title if _is_item(value) else told(name, value)


def _fields(model: Model) -> Fields:
    return {name: getattr(model, name) for name in type(model).model_fields}


def _plain(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if _is_plain(value)}


def _nested(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if not _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_item(value: Any) -> bool:
    return isinstance(value, Model) and "sha256" in type(value).model_fields


def _is_histogram(value: Any) -> bool:
    return isinstance(value, Model) and "edges" in type(value).model_fields and bool(_series(value))


def _series(model: Model) -> list[tuple[str, list[float]]]:
    fields = _fields(model)
    bins = len(fields["edges"]) - 1
    return [
        (name, value)
        for name, value in fields.items()
        if name != "edges" and _is_counts(value) and len(value) == bins
    ]


def _is_counts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_number(each) for each in cast("list[Any]", value))


def _histogram(model: Model) -> Histogram:
    series = [(heading(name), counts) for name, counts in _series(model)]
    return Histogram(_fields(model)["edges"], series)


def _bars(counts: Mapping[str, float]) -> Bars:
    """The longest first: what comes from the database has lost its order."""
    largest = max(counts.values()) or 1
    shown = sorted(counts.items(), key=itemgetter(1), reverse=True)[:MOST_BARS]
    bars = [Bar(name, told(name, count), max(count / largest, 0.0)) for name, count in shown]
    if rest := len(counts) - len(shown):
        bars.append(Bar(f"and {rest} more", "", 0.0))
    return Bars(bars)


def _card(model: Model) -> Card:
    fields = _plain(_fields(model))
    said: Iterable[str] = (
        f"{heading(name)} {told(name, value)}"
        for name, value in fields.items()
        if name not in ("sha256", "path", "item_id") and value is not None
    )
    return Card(str(fields["sha256"]), str(fields.get("path", "")), ", ".join(said))


def _name(model: Model, number: int) -> str:
    fields = _fields(model)
    for name in NAMES:
        value = fields.get(name)
        if isinstance(value, str) and value:
            return heading(value)
        if isinstance(value, int):
            return f"{heading(name)} {value}"
    return str(number)
