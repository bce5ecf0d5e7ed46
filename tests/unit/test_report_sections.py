"""What a result looks like in a report follows from the shape of its parts."""

from typing import Any

import pytest
from pydantic import BaseModel

from service.reports.blocks import Bar, Bars, Card, Facts, Gallery, Histogram, Section, Table
from service.reports.sections import section
from service.reports.words import heading, told


class Item(BaseModel):
    """An item of a result."""

    path: str
    sha256: str
    score: float | None = None


class Part(BaseModel):
    """A named part of a result."""

    name: str
    count: int
    items: list[Item] = []


class Binned(BaseModel):
    """Counts of two sides."""

    edges: list[float]
    before: list[int]
    after: list[int]


class Reason(BaseModel):
    """A part with an item, and items."""

    code: str
    example: Item
    shown: list[Item]


class Place(BaseModel):
    """A part of which something may be unknown."""

    x: int
    y: int | None


class Mapped(BaseModel):
    """Parts between edges, which are no counts however many there are."""

    edges: list[float]
    cells: list[Part]


class Whole(BaseModel):
    """A result."""

    value: Any


def shown(value: Any) -> Section:
    return section("Part", Whole(value=value)).sections[0]


def test_plain_fields_are_facts() -> None:
    told_section = section("Part", Part(name="dark", count=1200))

    assert told_section.blocks == [Facts([("Name", "dark"), ("Count", "1,200")])]


def test_counts_by_name_are_bars_the_longest_first() -> None:
    assert shown({"gif": 1, "jpeg": 4}).blocks == [
        Bars([Bar("jpeg", "4", 1.0), Bar("gif", "1", 0.25)])
    ]


def test_counts_between_edges_are_a_histogram_of_every_side() -> None:
    binned = Binned(edges=[0, 1, 2], before=[3, 4], after=[5, 6])

    assert shown(binned).blocks == [Histogram([0, 1, 2], [("Before", [3, 4]), ("After", [5, 6])])]


def test_parts_between_edges_are_rows_even_where_they_are_as_many_as_the_bins() -> None:
    mapped = Mapped(edges=[0, 1], cells=[Part(name="dark", count=3)])

    assert shown(mapped).sections[1].blocks == [Table(["Name", "Count"], [["dark", "3"]])]


def test_items_are_pictures_with_what_is_said_of_them() -> None:
    items = [Item(path="a.jpg", sha256="00", score=0.5)]

    assert shown(items).blocks == [Gallery([Card("00", "a.jpg", "Score 0.5")])]


def test_parts_are_rows_and_below_them_what_does_not_fit_into_a_row() -> None:
    parts = [Part(name="dark", count=1, items=[Item(path="a", sha256="00")])]

    told_section = shown(parts)

    assert told_section.blocks == [Table(["Name", "Count"], [["dark", "1"]])]
    (dark,) = told_section.sections
    assert (dark.title, dark.sections[0].title) == ("Dark", "Items")


def test_the_item_of_a_row_is_told_in_its_cell_by_its_path() -> None:
    item = Item(path="a.jpg", sha256="00")

    told_section = shown([Reason(code="too_small", example=item, shown=[item])])

    assert told_section.blocks == [Table(["Code", "Example"], [["too_small", "a.jpg"]])]
    (reason,) = told_section.sections
    assert (reason.title, [one.title for one in reason.sections]) == ("Too small", ["Shown"])


def test_what_no_row_knows_is_no_column() -> None:
    assert shown([Place(x=1, y=None)]).blocks == [Table(["X"], [["1"]])]
    assert shown([Place(x=1, y=None), Place(x=2, y=3)]).blocks == [
        Table(["X", "Y"], [["1", "–"], ["2", "3"]])
    ]


def test_numbers_stand_in_one_line() -> None:
    assert shown([1, 2.5]).blocks == [Table(["Value"], [["1, 2.5"]])]


@pytest.mark.parametrize("nothing", [{}, [], Whole(value=[])])
def test_where_there_is_nothing_there_is_no_heading(nothing: Any) -> None:
    assert section("Part", Whole(value=nothing)).sections == []


def test_names_and_values_are_told_as_people_would() -> None:
    assert heading("near_duplicates") == "Near duplicates"
    assert heading("p05") == "5 %"
    assert told("share", 0.125) == "12.5 %"
    assert [told("", value) for value in (None, True, 1234, 12345.6, 0.00012344)] == [
        "–",
        "yes",
        "1,234",
        "12,346",
        "0.0001234",
    ]
