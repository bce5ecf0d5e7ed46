"""Size map: how many images have about which width and height."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BINS: Final = 24
"""Of width and of height; the same for both, so that squares lie on the diagonal."""
COMMON: Final = 12

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Json = dict[str, Any]


def size_map(width: Floats, height: Floats, ids: Ids) -> Json | None:
    """Counts and the first image of each cell of a grid that grows by a constant factor.

    None where there are no images. A cell is ``{"x", "y", "items", "example"}``, and holds what is
    from ``edges[x]`` to ``edges[x + 1]`` wide.
    """
    if not len(ids):
        return None
    edges = _edges(min(width.min(), height.min()), max(width.max(), height.max()))
    cells = _bins(width, edges) * BINS + _bins(height, edges)
    counts, firsts = np.bincount(cells, minlength=BINS**2), np.empty(BINS**2, np.int64)
    firsts[cells[::-1]] = ids[::-1]
    found = np.flatnonzero(counts)
    told = zip(found.tolist(), counts[found].tolist(), firsts[found].tolist(), strict=True)
    return {
        "edges": edges.tolist(),
        "cells": [
            {"x": cell // BINS, "y": cell % BINS, "items": count, "example": {"item_id": id_}}
            for cell, count, id_ in told
        ],
        **_common(width, height),
    }


def _common(width: Floats, height: Floats) -> Json:
    """How many different sizes there are, and the most frequent."""
    sizes, counts = np.unique(width * 2.0**32 + height, return_counts=True)
    order = np.lexsort((sizes, -counts))[:COMMON]
    told = zip(sizes[order].tolist(), counts[order].tolist(), strict=True)
    return {
        "different": len(sizes),
        "common": [
            {"width": int(size // 2**32), "height": int(size % 2**32), "items": count}
            for size, count in told
        ],
    }


def _edges(low: float, high: float) -> Floats:
    return np.geomspace(low, max(high, 2 * low), BINS + 1)


def _bins(values: Floats, edges: Floats) -> NDArray[np.intp]:
    return np.clip(np.searchsorted(edges, values, "right") - 1, 0, BINS - 1)
