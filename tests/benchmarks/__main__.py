"""`make bench`: what is promised about speed, measured as ratios within one run."""

import asyncio
import inspect
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.benchmarks import (
    beside_others,
    clustering,
    columns,
    drift,
    duplicates,
    eta,
    features,
    flush,
    growth,
    image_analysis,
    ingest,
    item_map,
    item_pages,
    pages,
    pickup,
    previews,
    recovery,
    saving,
    steps,
    streams,
    studio,
    submissions,
    throughput,
    unpacking,
)
from tests.benchmarks.figure import Figure

PARTS = (
    duplicates,
    features,
    image_analysis,
    drift,
    unpacking,
    pickup,
    beside_others,
    saving,
    previews,
    ingest,
    growth,
    item_pages,
    throughput,
    submissions,
    streams,
    recovery,
    flush,
    eta,
    steps,
    clustering,
    columns,
    item_map,
    pages,
    studio,
)


def main(wanted: Iterable[str]) -> int:
    """Measures all parts, or those that are named; the status is 0 where every bar is reached."""
    reached = True
    for part in PARTS:
        name = part.__name__.rpartition(".")[2]
        if not wanted or name in wanted:
            for figure in _measured(part):
                print(figure.line(), flush=True)
                reached = reached and figure.reached
    return 0 if reached else 1


def _measured(part: ModuleType) -> Iterator[Figure]:
    """Parts that take long tell each figure once they have it."""
    with tempfile.TemporaryDirectory(prefix="meanwhile-bench-") as folder, asyncio.Runner() as loop:
        figures: Any = part.measure(Path(folder))
        if hasattr(figures, "__anext__"):
            while figure := loop.run(_next(figures)):
                yield figure
        else:
            yield from loop.run(figures) if inspect.iscoroutine(figures) else figures


async def _next(figures: AsyncIterator[Figure]) -> Figure | None:
    return await anext(figures, None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
