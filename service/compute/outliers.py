"""Outliers: images whose attributes are far from those of the others with their label."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST: Final = 20
"""Labels of fewer images say too little of what is usual."""

NO_LABEL: Final = 0

NORMAL: Final = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""

LEAST: Final = {
    "brightness": 0.03,
    "contrast": 0.02,
    "sharpness": 0.2,
    "saturation": 0.03,
    "colourfulness": 3.0,
}
"""The attributes that are compared, and what a deviation is at least: labels of images that are all
alike have no outliers that nobody can see. Sharpness is compared by its logarithm. Entropy is not
compared: it has a long tail among good photographs."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def worst(attributes: Mapping[str, Floats], labels: Ints) -> tuple[Floats, NDArray[np.str_]]:
    """How many robust deviations (N,) each image is from its label, and in which attribute (N,).

    The deviation is 1.4826 times the median of the distances from the median of the label, and the
    sign says in which direction. 0 where the label is ``NO_LABEL`` or has fewer than ``FEWEST``.

    Source: Iglewicz and Hoaglin, "How to detect and handle outliers", 1993.
    """
    groups, sizes = _groups(labels)
    told = compared(labels)
    away = np.zeros(len(labels))
    names = np.full(len(labels), "", dtype="<U16")
    for name, least in LEAST.items():
        values = np.log1p(attributes[name]) if name == "sharpness" else attributes[name]
        deviations = np.where(told, _deviations(values, groups, sizes, least), 0.0)
        worse = np.abs(deviations) > np.abs(away)
        away[worse], names[worse] = deviations[worse], name
    return away, names


def compared(labels: Ints) -> NDArray[np.bool_]:
    """Which images (N,) have a label with enough others to be compared with."""
    groups, sizes = _groups(labels)
    return (labels != NO_LABEL) & (sizes[groups] >= FEWEST)


def _groups(labels: Ints) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The number of the label (N,) of each, and how many have it."""
    _, groups, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    return groups, sizes


def _deviations(
    values: Floats, groups: NDArray[np.intp], sizes: NDArray[np.intp], least: float
) -> Floats:
    distances = values - _medians(values, groups, sizes)[groups]
    scale = NORMAL * _medians(np.abs(distances), groups, sizes)
    return distances / np.maximum(scale, least)[groups]


def _medians(values: Floats, groups: NDArray[np.intp], sizes: NDArray[np.intp]) -> Floats:
    """The median of each group, of all groups in one sort."""
    ordered = values[np.lexsort((values, groups))]
    starts = np.cumsum(sizes) - sizes
    return (ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2
