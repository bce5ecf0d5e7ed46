"""Distributions: histogram, quantiles and moments of an attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.compute.compression import NO_QUALITY
from service.compute.issues import bordered

Floats = NDArray[np.float64]
BINS = 30
QUANTILES = {"p01": 1, "p05": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "p99": 99}
SHARES = ("brightness", "dark", "light", "saturation", "overexposed", "underexposed", "border")
LOGARITHMIC = ("size_bytes", "sharpness", "width", "height", "megapixels", "bits_per_pixel")
"""Attributes that spread over orders of magnitude: their bins grow by a constant factor."""


def attributes(numbers: Mapping[str, Floats]) -> dict[str, Floats]:
    """The attributes that are shown, each (N,), from those that are kept; quality of JPEG alone."""
    quality = numbers["jpeg_quality"]
    return {
        "width": numbers["width"],
        "height": numbers["height"],
        "aspect_ratio": numbers["width"] / numbers["height"],
        "size_bytes": numbers["size_bytes"],
        "brightness": numbers["brightness_mean"],
        "dark": numbers["brightness_p99"],
        "light": numbers["brightness_p05"],
        "contrast": numbers["contrast"],
        "entropy": numbers["entropy"],
        "sharpness": numbers["sharpness"],
        "saturation": numbers["saturation_mean"],
        "colourfulness": numbers["colourfulness"],
        "colour_cast": numbers["colour_cast"],
        "overexposed": numbers["overexposed"],
        "underexposed": numbers["underexposed"],
        "noise": numbers["noise"],
        "blockiness": numbers["blockiness"],
        "jpeg_quality": quality[quality != NO_QUALITY],
        "border": bordered(numbers),
    }


def describe(name: str, values: Floats) -> dict[str, Any]:
    """Count, extremes, mean, quantiles and a histogram of (N,) values; nulls where N is 0."""
    if not len(values):
        nothing = dict.fromkeys(("min", "max", "mean", "quantiles", "histogram"))
        return {"count": 0, **nothing}
    quantiles = np.percentile(values, list(QUANTILES.values())).tolist()
    edges = edges_of(name, float(values.min()), float(values.max()))
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return {
        "count": len(values),
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": float(values.mean()),
        "quantiles": dict(zip(QUANTILES, quantiles, strict=True)),
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }


def named_counts(codes: Floats, names: Sequence[str]) -> dict[str, int]:
    """Counts by name, most frequent first."""
    found, counts = np.unique(codes.astype(np.int64), return_counts=True)
    order: list[int] = np.lexsort((found, -counts)).tolist()
    return {names[int(found[n])] if found[n] >= 0 else "other": int(counts[n]) for n in order}


def edges_of(name: str, low: float, high: float) -> Floats:
    """Bins that cover the values; shares always run from 0 to 1."""
    if name in SHARES:
        return np.linspace(0, 1, BINS + 1)
    if low == high:
        return np.array([low - 0.5, high + 0.5])
    if name in LOGARITHMIC:
        return np.geomspace(max(low, 1e-3), max(high, 2e-3), BINS + 1)
    return np.linspace(low, high, BINS + 1)
