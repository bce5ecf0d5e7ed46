"""Blocks: what a report is made of, whatever was analysed."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Facts:
    """Names with a value each."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Bar:
    """A named count, and how long its bar is, 0 to 1."""

    name: str
    told: str
    length: float


@dataclass(frozen=True)
class Bars:
    """Counts by name."""

    bars: Sequence[Bar]


@dataclass(frozen=True)
class Histogram:
    """Counts between edges; several series lie over each other, each as a share of its own."""

    edges: Sequence[float]
    series: Sequence[tuple[str, Sequence[float]]]


@dataclass(frozen=True)
class Table:
    """Rows of text under names."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Card:
    """An item with what is said of it; ``sha256`` says which picture."""

    sha256: str
    title: str
    told: str


@dataclass(frozen=True)
class Gallery:
    """Items beside each other."""

    cards: Sequence[Card]


Block = Facts | Bars | Histogram | Table | Gallery


@dataclass(frozen=True)
class Section:
    """Blocks under a heading, and sections below it."""

    title: str
    blocks: Sequence[Block] = ()
    sections: "Sequence[Section]" = field(default=())

    @property
    def empty(self) -> bool:
        return not self.blocks and not self.sections
