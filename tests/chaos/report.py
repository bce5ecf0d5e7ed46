"""Report: what a run of the suite has seen, as tables at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A fault that was endured."""

    fault: str
    bound_seconds: float
    seconds: float
    lost: int
    doubled: int
    others: int
    """Violations of other promises."""


@dataclass
class Report:
    """Filled by the tests, shown at the end."""

    seed: int
    rows: list[Row] = field(default_factory=list[Row])
    mutations: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """What was broken on purpose, and what the checker said."""

    def lines(self) -> Iterator[str]:
        if self.rows:
            head = ("fault", "bound s", "measured s", "lost", "doubled", "other")
            yield from _table(head, [_cells(row) for row in self.rows])
        if self.mutations:
            yield ""
            yield from _table(("broken on purpose", "noticed as"), self.mutations)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.lost, row.doubled, row.others)
    return row.fault, f"{row.bound_seconds:g}", f"{row.seconds:.1f}", *map(str, counts)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Markdown, as the documentation shows it."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, tuple("-" * width for width in widths), *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
