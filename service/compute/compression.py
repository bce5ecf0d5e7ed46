"""Compression: at which quality a JPEG file was saved, told from its own tables."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

NO_QUALITY: Final = 0
"""Of files that are no JPEG."""

COEFFICIENTS: Final = 64

_LUMA: Final = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""Table K.1 of ITU-T T.81, at quality 50."""


def quality(tables: Mapping[int, Sequence[int]]) -> int:
    """1 to 100, the setting of libjpeg whose luma table is nearest; ``NO_QUALITY`` without tables.

    Other programs name their settings otherwise; their tables are told by the nearest all the same.
    Source: Independent JPEG Group, ``jpeg_quality_scaling`` of libjpeg.
    """
    luma = tables.get(0)
    return NO_QUALITY if luma is None else _nearest(tuple(luma))


@lru_cache(maxsize=128)
def _nearest(told: tuple[int, ...]) -> int:
    if len(told) != COEFFICIENTS:
        return NO_QUALITY
    away = np.abs(_known() - np.asarray(told, np.int32)).sum(axis=1)
    return int(away.argmin()) + 1


@lru_cache(maxsize=1)
def _known() -> NDArray[np.int32]:
    """(100, 64): the luma table of every quality."""
    qualities = np.arange(1, 101)
    scale = np.where(qualities < 50, 5000 // qualities, 200 - 2 * qualities)
    tables = (np.asarray(_LUMA).ravel() * scale[:, np.newaxis] + 50) // 100
    return tables.clip(1, 255).astype(np.int32)
