"""Clustering: from the vectors of all items of a dataset to clusters, their cards and a map."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.compute import cluster_cards, cluster_choice, cluster_map
from service.compute.cluster_cards import Floats, Ids, Members
from service.compute.cluster_choice import Candidate
from service.compute.cluster_scores import adjusted_rand, overlaps
from service.compute.clusters import NOISE, Labels, Method, Model, hdbscan, k_means
from service.compute.reduction import Axes, principal_axes, project
from service.compute.vectors import BLOCK, Points, Vectors

Json = dict[str, Any]

SAMPLE: Final = 5000
"""Items on which methods and numbers of clusters are compared."""
SHAPED: Final = 10_000
"""Items in which dense regions are looked for; the others join those they are near to."""
ROUNDS: Final = 5
COMPARABLE: Final = 20
"""Items of which halves can be compared."""
OUTLIERS: Final = 1000
"""Items that are listed as outliers, the worst."""

MEASURED, REDUCED, CHOSEN, PLACED, STABLE = 0.15, 0.3, 0.5, 0.9, 0.95
"""Shares of the work that are done after each step."""


@dataclass(frozen=True)
class Asked:
    """What somebody asked for."""

    method: str
    clusters: int | None
    min_cluster_size: int | None
    seed: int

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Asked":
        return cls(**{name: params[name] for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Placed:
    """(N,) clusters and (N, 2) places of all items, in their order."""

    labels: Labels
    places: Points
    count: int
    how: str
    """The places were found."""


def cluster(
    ids: Ids, vectors: Vectors, attributes: Mapping[str, Floats], asked: Asked, columns: Path
) -> Iterator[Json]:
    """Groups (N,) items by their vectors.

    Yields ``{"progress": 0..1}`` and at last ``{"result": …}``; writes the columns of the map, one
    after the other, to the file ``columns``. The same input gives the same output.
    """
    with threadpool_limits(1):
        yield from _cluster(ids, vectors, attributes, asked, columns)


def _cluster(
    ids: Ids, vectors: Vectors, attributes: Mapping[str, Floats], asked: Asked, columns: Path
) -> Iterator[Json]:
    axes = principal_axes(vectors)
    yield {"progress": MEASURED}
    points = project(vectors, axes)
    yield {"progress": REDUCED}
    rows = _sample(len(points), SAMPLE, asked.seed)
    tried = yield from _tried(points[rows], asked, len(points))
    chosen = cluster_choice.best(tried)
    model = _fitted(points, chosen, asked)
    yield {"progress": CHOSEN}
    placed = yield from _placed(points, model, rows, asked.seed)
    told = cluster_cards.members(ids, placed.labels, points, placed.count)
    yield {"progress": PLACED}
    agreements, stability = _stability(points, rows, placed, chosen, asked)
    yield {"progress": STABLE}
    _write(columns, told, placed)
    yield {
        "result": {
            "clustered": len(ids),
            "reduction": _reduction(vectors, axes),
            "method": chosen.model.method.value if chosen else _method(asked),
            "clusters": placed.count,
            "structure": cluster_choice.structure(chosen),
            "candidates": [
                each.told(len(points) / len(rows), chosen=each is chosen) for each in tried
            ],
            "stability": agreements,
            "cards": cluster_cards.cards(told, attributes, stability),
            "unassigned": cluster_cards.unassigned(told),
            "map": {"rows": len(ids), "method": placed.how},
            "notes": list(_notes(len(ids), axes, placed.count, asked)),
        },
        "outliers": cluster_cards.outliers(told, OUTLIERS),
    }


def _sample(total: int, most: int, seed: int) -> NDArray[np.intp]:
    """Rows in no order: any first part of them is a sample too."""
    return np.random.default_rng(seed).permutation(total)[:most]


def _tried(sample: Points, asked: Asked, total: int) -> Generator[Json, None, list[Candidate]]:
    tried: list[Candidate] = []
    smallest = asked.min_cluster_size
    if smallest is not None and len(sample) < total:
        smallest = max(round(smallest * len(sample) / total), cluster_choice.SMALLEST)
    for candidate in cluster_choice.candidates(
        sample, asked.method, asked.clusters, smallest, asked.seed
    ):
        tried.append(candidate)
        share = len(tried) / (len(cluster_choice.COUNTS) + 2)
        yield {"progress": REDUCED + (CHOSEN - REDUCED) * share * 0.9}
    return tried


def _fitted(points: Points, chosen: Candidate | None, asked: Asked) -> Model | None:
    """What was chosen on a sample, now of all items, or of as many as can be afforded."""
    if chosen is None:
        return None
    if chosen.smallest is None:
        count = asked.clusters or chosen.model.count
        return k_means(points, min(count, len(points)), asked.seed)
    rows = np.sort(_sample(len(points), SHAPED, asked.seed))
    grown = len(rows) / min(len(points), SAMPLE)
    return hdbscan(points[rows], round(chosen.smallest * grown)) or chosen.model


def _placed(
    points: Points, model: Model | None, rows: NDArray[np.intp], seed: int
) -> Generator[Json, None, Placed]:
    """Assigns and places all points; clusters are numbered by their size, the largest first."""
    landmarks = cluster_map.landmarks(points, np.sort(rows[: cluster_map.LANDMARKS]), seed)
    labels = np.full(len(points), NOISE, np.int32)
    places = np.zeros((len(points), 2), np.float32)
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        if model is not None:
            labels[part] = model.assign(points[part])
        places[part] = landmarks.place(points[part])
        yield {"progress": CHOSEN + (PLACED - CHOSEN) * start / len(points)}
    if len(points) == len(landmarks.points):
        places = landmarks.places
    found, first, sizes = np.unique(labels[labels != NOISE], return_index=True, return_counts=True)
    numbers = np.full((model.count if model else 0) + 1, NOISE, np.int32)
    numbers[found[np.lexsort((first, -sizes))]] = np.arange(len(found))
    return Placed(numbers[labels], places, len(found), landmarks.method)


def _stability(
    points: Points,
    rows: NDArray[np.intp],
    placed: Placed,
    chosen: Candidate | None,
    asked: Asked,
) -> tuple[Json | None, Sequence[float | None]]:
    """How much stays the same with other seeds and half of the items: of all, and by cluster."""
    nothing = [None] * placed.count
    if chosen is None or len(rows) < COMPARABLE or placed.count < 2:
        return None, nothing
    sample, labels = points[rows], placed.labels[rows]
    agreements: list[float] = []
    alike: list[Floats] = []
    for round_ in range(1, ROUNDS + 1):
        half = sample[_sample(len(sample), len(sample) // 2, asked.seed + round_)]
        model = _again(half, chosen, placed.count, asked.seed + round_)
        other = model.assign(sample) if model else np.full(len(sample), NOISE, np.int32)
        agreements.append(adjusted_rand(labels, other))
        alike.append(overlaps(labels, other, placed.count))
    told = {"rounds": ROUNDS, "mean": float(np.mean(agreements)), "lowest": min(agreements)}
    means = np.mean(alike, axis=0).tolist()
    return told, [None if np.isnan(mean) else mean for mean in means]


def _again(half: Points, chosen: Candidate, count: int, seed: int) -> Model | None:
    if chosen.smallest is None:
        return k_means(half, min(count, len(half)), seed)
    return hdbscan(half, max(chosen.smallest // 2, cluster_choice.SMALLEST))


def _write(columns: Path, told: Members, placed: Placed) -> None:
    """The columns of the map in the order that the catalogue names, little-endian."""
    with columns.open("wb") as file:
        for values, type_ in (
            (told.ids, "<i8"),
            (placed.places[:, 0], "<f4"),
            (placed.places[:, 1], "<f4"),
            (told.labels, "<i4"),
            (told.distances, "<f4"),
        ):
            file.write(np.ascontiguousarray(values, type_).data)


def _reduction(vectors: Vectors, axes: Axes) -> Json:
    return {
        "dimensions_before": vectors.dimensions,
        "dimensions": 0 if axes.flat else axes.directions.shape[1],
        "explained": axes.explained,
    }


def _method(asked: Asked) -> str | None:
    return None if asked.method == "auto" else Method(asked.method).value


def _notes(items: int, axes: Axes, count: int, asked: Asked) -> Iterator[Json]:
    """What could not be told or done, and why."""
    if not items:
        yield _note("no_items", "there is no readable item to group")
    elif items < COMPARABLE:
        yield _note(
            "few_items", f"of {items} items nobody can tell clusters from chance; take 20 or more"
        )
    if items > 1 and axes.flat:
        yield _note("all_equal", "all items look the same, so there is one cluster at most")
    if asked.clusters is not None and 0 < count < asked.clusters:
        yield _note(
            "fewer_than_asked",
            f"{asked.clusters} clusters were asked for, but only {count} items differ",
        )
    if items and not count:
        yield _note(
            "no_dense_regions", "no region is denser than the rest: no item is in a cluster"
        )


def _note(code: str, detail: str) -> Json:
    return {"code": code, "detail": detail}
