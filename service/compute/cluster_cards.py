"""Cluster cards: the size, the middle, the edge and the peculiarities of each cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.clusters import NOISE, Labels
from service.compute.vectors import BLOCK, Points

EXAMPLES: Final = 12
EDGE: Final = 6
TRAITS: Final = 4
PECULIAR: Final = 0.7
"""From how often a member must exceed somebody else for an attribute to set a cluster apart."""
FENCE: Final = 3
"""Interquartile ranges above the third quartile: Tukey's outer fence."""
FENCED: Final = 8
"""Members of which quartiles can be told."""

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Json = dict[str, Any]


@dataclass(frozen=True)
class Members:
    """(N,) items, which cluster each is in, and how far it is from the middle of it."""

    ids: Ids
    labels: Labels
    distances: Points
    """Of those in none, from the nearest middle."""
    count: int
    """Of clusters."""
    fences: Floats
    """(count,) distances beyond which a member is an outlier."""
    nearest: Labels
    """The own cluster, or of those in none the nearest; ``NOISE`` where there is no cluster."""

    @property
    def sizes(self) -> NDArray[np.intp]:
        return np.bincount(self.labels[self.labels != NOISE], minlength=self.count)


def members(ids: Ids, labels: Labels, points: Points, count: int) -> Members:
    """Measures how far points (N, K) are from the middles of their clusters."""
    centres = _centres(labels, points, count)
    distances, nearest = np.empty(len(points), np.float32), labels.copy()
    for start in range(0, len(points), BLOCK):
        part = slice(start, start + BLOCK)
        distances[part], nearest[part] = _distances(points[part], labels[part], centres)
    return Members(ids, labels, distances, count, _fences(labels, distances, count), nearest)


def cards(
    told: Members, attributes: Mapping[str, Floats], stability: Sequence[float | None]
) -> list[Json]:
    """A card for each cluster, in the order of their numbers."""
    order = np.lexsort((told.ids, told.distances, told.labels))
    starts = np.searchsorted(told.labels[order], np.arange(told.count + 1))
    traits = _traits(told, attributes)
    total = len(told.ids)
    made: list[Json] = []
    for cluster in range(told.count):
        rows = order[starts[cluster] : starts[cluster + 1]]
        edge = rows[EXAMPLES:][-EDGE:][::-1]
        made.append(
            {
                "cluster": cluster,
                "size": len(rows),
                "share": len(rows) / total,
                "stability": stability[cluster],
                "spread": float(np.median(told.distances[rows])),
                "examples": _items(told, rows[:EXAMPLES]),
                "outliers": _items(told, edge),
                "traits": traits[cluster],
            }
        )
    return made


def unassigned(told: Members) -> Json:
    """The items that are in no cluster, those farthest from any first."""
    rows = np.flatnonzero(told.labels == NOISE)
    farthest = rows[np.lexsort((told.ids[rows], -told.distances[rows]))[:EXAMPLES]]
    share = len(rows) / len(told.ids) if len(told.ids) else 0.0
    return {"size": len(rows), "share": share, "examples": _items(told, farthest)}


def outliers(told: Members, most: int) -> list[tuple[int, float, int | None]]:
    """(item id, score, cluster or None) of members beyond their fences and of those in no cluster.

    A score is fence / distance, at most 1; the lowest come first, ``most`` at most.
    """
    fences = np.append(told.fences, np.inf)[told.nearest]
    beyond = told.distances > fences
    scores = np.ones(len(told.ids))
    np.divide(fences, told.distances, out=scores, where=beyond)
    rows = np.flatnonzero(beyond | (told.labels == NOISE))
    rows = rows[np.lexsort((told.ids[rows], scores[rows]))[:most]]
    clusters = told.labels[rows].tolist()
    return [
        (id_, score, None if cluster == NOISE else cluster)
        for id_, score, cluster in zip(
            told.ids[rows].tolist(), scores[rows].tolist(), clusters, strict=True
        )
    ]


def _centres(labels: Labels, points: Points, count: int) -> Floats:
    """(count, K) means of the members."""
    inside = labels != NOISE
    own, sizes = labels[inside], np.bincount(labels[inside], minlength=count)
    sums = [
        np.bincount(own, points[inside, column], minlength=count)
        for column in range(points.shape[1])
    ]
    return np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None]


def _distances(points: Points, labels: Labels, centres: Floats) -> tuple[Points, Labels]:
    if not len(centres):
        return np.linalg.norm(points, axis=1), labels
    apart = np.linalg.norm(points[:, None] - centres.astype(np.float32), axis=2)
    nearest = np.where(labels == NOISE, apart.argmin(axis=1), labels)
    return apart[np.arange(len(points)), nearest], nearest.astype(np.int32)


def _fences(labels: Labels, distances: Points, count: int) -> Floats:
    fences = np.full(count, np.inf)
    order = np.lexsort((distances, labels))
    starts = np.searchsorted(labels[order], np.arange(count + 1))
    for cluster in range(count):
        own = distances[order[starts[cluster] : starts[cluster + 1]]]
        if len(own) >= FENCED:
            low, high = np.percentile(own, (25, 75))
            fences[cluster] = high + FENCE * (high - low)
    return fences


def _items(told: Members, rows: NDArray[np.intp]) -> list[Json]:
    ids, distances = told.ids[rows].tolist(), told.distances[rows].tolist()
    return [
        {"item_id": id_, "distance": distance} for id_, distance in zip(ids, distances, strict=True)
    ]


def _traits(told: Members, attributes: Mapping[str, Floats]) -> list[list[Json]]:
    """By cluster, the attributes whose values are peculiar to it, the most peculiar first.

    ``above`` is how often a member's value is above that of an item of another cluster, ties
    counting half: the area under the ROC curve.
    """
    sizes = told.sizes
    found: list[list[Json]] = [[] for _ in range(told.count)]
    for name, values in attributes.items():
        for cluster, above in enumerate(_above(told, values, sizes).tolist()):
            if max(above, 1 - above) >= PECULIAR:
                found[cluster].append(
                    {
                        "attribute": name,
                        "above": above,
                        "median": float(np.median(values[told.labels == cluster])),
                        "median_of_all": float(np.median(values)),
                    }
                )
    for traits in found:
        traits.sort(key=lambda trait: (-abs(trait["above"] - 0.5), trait["attribute"]))
    return [traits[:TRAITS] for traits in found]


def _above(told: Members, values: Floats, sizes: NDArray[np.intp]) -> Floats:
    """(count,) between 0 and 1; one half where there is nobody else."""
    inside = told.labels != NOISE
    ranks = _ranks(values)
    sums = np.bincount(told.labels[inside], ranks[inside], minlength=told.count)
    others = len(values) - sizes
    wins = sums - sizes * (sizes + 1) / 2
    return np.where(others > 0, wins / np.maximum(sizes * others, 1), 0.5)


def _ranks(values: Floats) -> Floats:
    """From 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]
