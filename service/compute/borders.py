"""Borders: bars of one colour along the sides of an image, as of letterboxed films."""

from typing import Final

import numpy as np

from service.compute.pixels import UInt8s

EVEN: Final = 6
"""Grey levels: lines of a bar differ by no more, within themselves and from each other."""

STEP: Final = 12
"""Grey levels by which the image differs from the bar beside it, in at least half of the line."""

LEAST_SIDE: Final = 24
"""Smaller images have none: a line of theirs is too much of them."""

SIDES: Final = ("top", "bottom", "left", "right")


def widths(grey: UInt8s) -> dict[str, float]:
    """``border_top``, ``border_bottom`` (of the height), ``border_left``, ``border_right``: 0..1.

    A bar ends in a step along most of its side, which tells it from an object before an even
    background; so a bar of the tone of what is beside it is not seen. 0 where there is none, and
    where all is one bar.
    """
    if min(grey.shape) < LEAST_SIDE:
        return {f"border_{side}": 0.0 for side in SIDES}
    lines = dict(zip(SIDES, (grey, grey[::-1], grey.T, grey.T[::-1]), strict=True))
    return {f"border_{side}": _width(told) for side, told in lines.items()}


def _width(lines: UInt8s) -> float:
    if int(lines[0].max()) - int(lines[0].min()) > EVEN:
        return 0.0
    low, high = lines.min(axis=1).astype(int), lines.max(axis=1).astype(int)
    tone = (low[0] + high[0]) // 2
    uneven = np.flatnonzero((low < tone - EVEN) | (high > tone + EVEN))
    if not len(uneven):
        return 0.0
    width = int(uneven[0])
    beside = lines[min(width + 1, len(lines) - 1)].astype(np.int16)  # one line may be half of each
    if (np.abs(beside - tone) > STEP).mean() < 0.5:
        return 0.0
    return width / len(lines)
