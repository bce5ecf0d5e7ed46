"""Unreadable: the items of which no image could be made, by their reasons."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

BATCH: Final = 1000
SHOWN: Final = 6
"""Examples of a reason that a result itself holds."""

Json = dict[str, Any]


def unreadable_rows(unreadable: Sequence[Json]) -> Iterator[Json]:
    """``{"items": [["unreadable", item id, 0, reason], …]}``, at most ``BATCH`` at a time."""
    for start in range(0, len(unreadable), BATCH):
        yield {
            "items": [
                ["unreadable", one["item_id"], 0.0, {"code": one["code"], "detail": one["detail"]}]
                for one in unreadable[start : start + BATCH]
            ]
        }


def by_reason(unreadable: Sequence[Json]) -> list[Json]:
    """How many items each reason has, and its first ones; frequent reasons first."""
    counts = Counter(one["code"] for one in unreadable)
    shown: dict[str, list[Json]] = {code: [] for code in counts}
    for one in unreadable:
        if len(shown[one["code"]]) < SHOWN:
            shown[one["code"]].append({"item_id": one["item_id"]})
    order = sorted(counts, key=lambda code: (-counts[code], code))
    return [{"code": code, "items": counts[code], "shown": shown[code]} for code in order]
