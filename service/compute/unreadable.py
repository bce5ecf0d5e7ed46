"""Unreadable: the items that could not be read, as rows of a task's items."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

BATCH: Final = 1000


def unreadable_rows(unreadable: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """``{"items": [[kind, item id, score, reason], …]}``, at most ``BATCH`` at a time."""
    for start in range(0, len(unreadable), BATCH):
        yield {
            "items": [
                ["unreadable", one["item_id"], 0.0, {"code": one["code"], "detail": one["detail"]}]
                for one in unreadable[start : start + BATCH]
            ]
        }
