"""EDA result: what is told of a dataset once all of it was read and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.compute.balance import balance
from service.compute.copies import Copies, Groups, count_groups, surplus
from service.compute.duplicates import NO_GROUP
from service.compute.eda_files import told_files
from service.compute.eda_items import Images, Items
from service.compute.eda_labels import told_labels
from service.compute.eda_origins import told_origins
from service.compute.eda_splits import leaked_outside, told_splits
from service.compute.health import health
from service.compute.issues import scores
from service.compute.leakage import Leakage
from service.compute.size_map import size_map
from service.compute.unreadable import by_reason

LOW_QUALITY: Final = ("dark", "blurry", "low_information")
"""Issues of an image by itself that make it of little use."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Findings:
    """All that was found."""

    items: Items
    images: Images
    unreadable: Sequence[Json]
    copies: Copies
    conflicts: Leakage
    leaks: Leakage


def told(found: Findings, thresholds: Mapping[str, float]) -> Json:
    """The result; what cannot be told is null, and ``untold`` says why."""
    items, images = found.items, found.images
    reasons = _untold(items, images)
    quality = _low_quality(images, thresholds)
    return {
        "items": len(items.ids),
        "analysed": len(images.ids),
        "unreadable": len(found.unreadable),
        "unreadable_reasons": by_reason(found.unreadable),
        "health": health(_shares(found, quality, reasons)),
        **told_files(images.numbers),
        "sizes": size_map(images.numbers["width"], images.numbers["height"], images.ids),
        "low_quality": quality,
        "labels": told_labels(items.labels),
        "splits": told_splits(items, images, found.copies, found.leaks),
        "origins": told_origins(items, images),
        "duplicates": {
            "exact": _told_groups(found.copies.exact),
            "near": _told_groups(found.copies.near),
            "distance": found.copies.distance,
        },
        "label_conflicts": None if "label_conflicts" in reasons else found.conflicts.told(),
        "split_leaks": None if "split_leaks" in reasons else found.leaks.told(),
        "untold": reasons,
    }


def _untold(items: Items, images: Images) -> dict[str, str]:
    """Why figures are null, by name."""
    empty = None if len(items.ids) else "no_items"
    unread = empty or (None if len(images.ids) else "no_images")
    label = empty or _too_few(len(items.labels), "no_labels", "one_label")
    split = empty or _too_few(len(items.splits), "no_splits", "one_split")
    reasons = {
        "health": empty,
        "sizes": unread,
        "labels.balance": label,
        "splits.shift": split or (None if len(items.labels) else "no_labels"),
        "label_conflicts": unread or label,
        "split_leaks": unread or split,
        "origins.cameras": unread or (None if len(items.cameras) else "no_exif"),
        "origins.taken": unread or ("no_exif" if np.isnat(items.taken).all() else None),
    }
    return {name: reason for name, reason in reasons.items() if reason}


def _too_few(names: int, none: str, one: str) -> str | None:
    return {0: none, 1: one}.get(names)


def _shares(
    found: Findings, quality: Mapping[str, int], reasons: Mapping[str, str]
) -> dict[str, float | None]:
    """What health is made of."""
    analysed = len(found.images.ids)
    exact = surplus(found.copies.exact)
    near = surplus(found.copies.any) - exact
    labelled = int((found.conflicts.codes >= 0).sum())
    even = balance(found.items.labels.counts)
    conflicts = None if "label_conflicts" in reasons else found.conflicts.items
    return {
        "unreadable": _share(len(found.unreadable), len(found.items.ids)),
        "split_leaks": None if "split_leaks" in reasons else leaked_outside(found.leaks),
        "label_conflicts": _share(conflicts, labelled),
        "exact_duplicates": _share(exact, analysed),
        "near_duplicates": _share(near, analysed),
        "low_quality": _share(quality["any"], analysed),
        "label_imbalance": None if even is None else 1 - even.evenness,
    }


def _share(count: int | None, total: int) -> float | None:
    return None if count is None or not total else count / total


def _low_quality(images: Images, thresholds: Mapping[str, float]) -> dict[str, int]:
    """How many images have each issue, and any of them."""
    told = scores(images.numbers)
    flags = {name: told[name] < thresholds[f"{name}_threshold"] for name in LOW_QUALITY}
    both = np.logical_or.reduce(list(flags.values()))
    return {**{name: int(flag.sum()) for name, flag in flags.items()}, "any": int(both.sum())}


def _told_groups(groups: Groups) -> dict[str, int]:
    members = groups[groups != NO_GROUP]
    return {
        "groups": count_groups(members),
        "items": len(members),
        "surplus": surplus(groups),
    }
