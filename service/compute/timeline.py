"""Timeline: how many pictures were taken when, by day, month or year."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MOST: Final = 60
"""Periods: the finest are taken of which there are no more between the first and the last."""

Moments = NDArray[np.datetime64]
Json = dict[str, Any]


def timeline(taken: Moments) -> Json:
    """Counts of (N,) moments by period, NaT left out; nulls where no moment is known."""
    known = taken[~np.isnat(taken)]
    if not len(known):
        return {"items": 0, **dict.fromkeys(("first", "last", "unit", "periods"))}
    first, last = known.min(), known.max()
    unit = next((u for u in ("D", "M") if _span(first, last, u) <= MOST), "Y")
    periods, counts = _counted(known.astype(f"datetime64[{unit}]"))
    return {
        "items": len(known),
        "first": str(first),
        "last": str(last),
        "unit": {"D": "day", "M": "month", "Y": "year"}[unit],
        "periods": [
            {"period": str(period), "items": count}
            for period, count in zip(periods, counts.tolist(), strict=True)
        ],
    }


def _counted(periods: Moments) -> tuple[Moments, NDArray[np.intp]]:
    """The different ones in order, and how many there are of each."""
    numbers = periods.astype(np.int64)
    counts = np.bincount(numbers - numbers.min())
    found = np.flatnonzero(counts)
    return (found + numbers.min()).astype(periods.dtype), counts[found]


def _span(first: np.datetime64, last: np.datetime64, unit: str) -> int:
    one, other = (moment.astype(f"datetime64[{unit}]").astype(np.int64) for moment in (first, last))
    return int(other - one) + 1
