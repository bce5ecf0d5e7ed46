"""EDA splits: how items and labels are spread over splits, and what leaks between them."""

from typing import Any, Final

import numpy as np

from service.compute.copies import Copies
from service.compute.eda_items import Images, Items
from service.compute.eda_labels import SHOWN as LABELS_SHOWN
from service.compute.eda_labels import told_names
from service.compute.leakage import Leakage, shared_with
from service.compute.split_shift import Counts, split_shift

SHOWN: Final = 20
REFERENCE: Final = 0
"""The largest split: others are compared with it."""

Json = dict[str, Any]


def told_splits(items: Items, images: Images, copies: Copies, leaks: Leakage) -> Json:
    """Counts of the largest splits and of the rest; of each its labels, leaks and shift."""
    whole = told_names(items.splits, SHOWN)
    codes = images.of(items.splits)
    in_reference = shared_with(copies.any, codes, REFERENCE)
    reference = _labels(items, REFERENCE)
    for split, told in enumerate(whole["shown"]):
        here = codes == split
        labels = _labels(items, split)
        other = split != REFERENCE
        told["labels"] = labels[:LABELS_SHOWN].tolist()
        told["rest_labels"] = int(labels[LABELS_SHOWN:].sum())
        told["unlabelled"] = told["items"] - int(labels.sum())
        told["leaked"] = int((leaks.mixed & here).sum())
        told["copies_in_reference"] = int((in_reference & here).sum()) if other else None
        told["shift"] = split_shift(reference, labels) if other else None
    return whole


def leaked_outside(leaks: Leakage) -> float | None:
    """The share of what is not in the largest split that has a copy in another one."""
    outside = leaks.codes > REFERENCE
    return float((leaks.mixed & outside).sum() / outside.sum()) if outside.any() else None


def _labels(items: Items, split: int) -> Counts:
    """(K,) how many items of a split have each label."""
    codes = items.labels.codes[items.splits.codes == split]
    return np.bincount(codes[codes >= 0], minlength=len(items.labels)).astype(np.int64)
