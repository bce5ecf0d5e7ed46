"""EDA labels: how many items have each name, and how even that is."""

from dataclasses import asdict
from typing import Any, Final

from service.compute.balance import balance
from service.compute.categories import Categories

SHOWN: Final = 50

Json = dict[str, Any]


def told_labels(labels: Categories) -> Json:
    """Counts of the most frequent labels and of the rest, and the balance of all."""
    even = balance(labels.counts)
    return {**told_names(labels, SHOWN), "balance": None if even is None else asdict(even)}


def told_names(names: Categories, most: int) -> Json:
    """Counts of the ``most`` frequent names, each with its first item, and of the rest."""
    shown = zip(names.counts[:most].tolist(), names.examples[:most].tolist(), strict=True)
    return {
        "named": names.named,
        "unnamed": len(names.codes) - names.named,
        "different": len(names),
        "shown": [
            {"items": items, "share": items / names.named, "example": {"item_id": id_}}
            for items, id_ in shown
        ],
        "rest": {
            "different": max(len(names) - most, 0),
            "items": int(names.counts[most:].sum()),
        },
    }
