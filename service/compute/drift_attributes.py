"""Drift of attributes: each attribute of two samples of images, tested and told for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.decoding import FORMATS, MODES
from service.compute.distributions import attributes, edges_of
from service.compute.drift_categories import CategoryDrift, compare_categories
from service.compute.drift_numbers import Floats, NumberDrift, compare_numbers
from service.compute.drift_samples import LEAST, Sample
from service.compute.drift_verdict import Test

MOST_CATEGORIES: Final = 200
"""Rarer ones are counted together, with what has no name here."""
OTHERS: Final = "…"
"""No label is called so by chance, as some are called *other*."""
ORIENTATIONS: Final = tuple(str(n) for n in range(9))

Json = dict[str, Any]


@dataclass(frozen=True)
class Attribute:
    """One attribute: its test, and what else is said of it."""

    test: Test
    told: Json


def compare_attributes(
    reference: Sample,
    current: Sample,
    labels: Sequence[str],
    thresholds: Mapping[str, float],
    *,
    tables: int,
    rng: np.random.Generator,
) -> Iterator[Attribute]:
    """Every attribute of two samples, and their labels where both have enough of them."""
    values = attributes(reference.numbers), attributes(current.numbers)
    for name in values[0]:
        if (
            min(len(values[0][name]), len(values[1][name])) >= LEAST
        ):  # not all have a quality of JPEG
            yield _number(name, values[0][name], values[1][name], thresholds)
    for name, one, other, names in _categories(reference, current, labels):
        yield _category(name, _counted(one, other, names), thresholds, tables, rng)


def _number(
    name: str, reference: Floats, current: Floats, thresholds: Mapping[str, float]
) -> Attribute:
    drift = compare_numbers(reference, current)
    pooled = np.concatenate((reference, current))
    edges = edges_of(name, float(pooled.min()), float(pooled.max()))
    told = {
        "name": name,
        "distances": _distances(drift, thresholds)
        | {"wasserstein": _distance(drift.wasserstein, thresholds["wasserstein_threshold"])},
        "reference": _summary(reference),
        "current": _summary(current),
        "histogram": {
            "edges": edges.tolist(),
            "reference": _histogram(reference, edges),
            "current": _histogram(current, edges),
        },
        "categories": None,
    }
    test = Test(name, "kolmogorov_smirnov", drift.ks, drift.p, drift.ks)
    return Attribute(test, told)


def _category(
    name: str,
    counted: Mapping[str, tuple[int, int]],
    thresholds: Mapping[str, float],
    tables: int,
    rng: np.random.Generator,
) -> Attribute:
    counts = np.array(list(counted.values()), np.int64).T
    drift = compare_categories(counts[0], counts[1], tables=tables, rng=rng)
    told: Json = {
        "name": name,
        "distances": _distances(drift, thresholds) | {"wasserstein": None},
        "reference": None,
        "current": None,
        "histogram": None,
        "categories": [
            {"name": category, "reference": one, "current": other}
            for category, (one, other) in counted.items()
        ],
    }
    method = "chi_square_simulated" if drift.simulated else "chi_square"
    return Attribute(Test(name, method, drift.chi_square, drift.p, drift.difference), told)


def _categories(
    reference: Sample, current: Sample, labels: Sequence[str]
) -> Iterator[tuple[str, NDArray[np.intp], NDArray[np.intp], Sequence[str]]]:
    for name, column, names in (
        ("format", "format_code", FORMATS),
        ("mode", "mode_code", MODES),
        ("orientation", "orientation", ORIENTATIONS),
    ):
        yield (
            name,
            reference.numbers[column].astype(np.intp),
            current.numbers[column].astype(np.intp),
            names,
        )
    one, other = (sample.labels[sample.labels >= 0] for sample in (reference, current))
    if min(len(one), len(other)) >= LEAST:
        yield "label", one, other, labels


def _counted(
    reference: NDArray[np.intp], current: NDArray[np.intp], names: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """By name, how many of both are of a category; the most frequent first, the rarest together."""
    found, places = np.unique(np.concatenate((reference, current)), return_inverse=True)
    split = len(reference)
    one, other = (
        np.bincount(part, minlength=len(found)) for part in (places[:split], places[split:])
    )
    counted: dict[str, tuple[int, int]] = {}
    for rank, n in enumerate(np.lexsort((found, -(one + other))).tolist()):
        name = OTHERS if rank >= MOST_CATEGORIES else _name(int(found[n]), names)
        before = counted.get(name, (0, 0))
        counted[name] = (before[0] + int(one[n]), before[1] + int(other[n]))
    return counted


def _name(place: int, names: Sequence[str]) -> str:
    return names[place] if 0 <= place < len(names) else OTHERS


def _distances(drift: NumberDrift | CategoryDrift, thresholds: Mapping[str, float]) -> Json:
    return {
        "psi": _distance(drift.psi, thresholds["psi_threshold"]),
        "jensen_shannon": _distance(drift.jensen_shannon, thresholds["jensen_shannon_threshold"]),
    }


def _distance(value: float, threshold: float) -> Json:
    return {"value": value, "threshold": threshold, "exceeded": value >= threshold}


def _summary(values: Floats) -> Json:
    return {
        "mean": float(values.mean()),
        "median": float(np.median(values)),
        "deviation": float(values.std()),
    }


def _histogram(values: Floats, edges: Floats) -> list[int]:
    return np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0].tolist()
