"""EDA: from the features and names of all items to what is in a dataset."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from service.compute import copies
from service.compute.eda_items import read_images, read_items
from service.compute.eda_result import Findings, told
from service.compute.leakage import leakage
from service.compute.unreadable import unreadable_rows

READ: Final = 0.3
COMPARED: Final = 0.8
"""Shares of the work that are done when all is read, and when copies are found."""

Json = dict[str, Any]


def explore(item: Json, shared: Json) -> Iterator[Json]:
    """Explores the items in the binary COPY files ``item["items"]`` and ``item["images"]``.

    Yields ``{"progress": 0..1}``, ``{"items": rows}`` and at last ``{"result": …}``; ``unreadable``
    lists the items without features. ``shared`` has the ``names`` of the numbers, the
    ``thresholds`` of issues and the ``distance`` of near duplicates. The same input gives the same
    output, in whatever order the rows come.
    """
    unreadable: Sequence[Json] = item["unreadable"]
    items = read_items(Path(item["items"]))
    images = read_images(Path(item["images"]), shared["names"], items)
    yield {"progress": READ}
    distance = int(shared["distance"])
    found = yield from copies.find(images.signatures, distance, since=READ, until=COMPARED)
    yield {"progress": COMPARED}
    conflicts = leakage("label_conflict", images.ids, found, images.of(items.labels))
    leaks = leakage("split_leak", images.ids, found, images.of(items.splits))
    yield from conflicts.rows()
    yield from leaks.rows()
    yield from unreadable_rows(unreadable)
    findings = Findings(items, images, unreadable, found, conflicts, leaks)
    yield {"result": told(findings, shared["thresholds"])}
