"""Cluster scores: how far clusters are apart, and how much two groupings of points agree."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.metrics import silhouette_score

from service.compute.clusters import NOISE, Labels, squared_distances
from service.compute.vectors import Points

Floats = NDArray[np.float64]
TINY: Final = 1e-12
FEWEST: Final = 3
"""Points of which a cluster's density can be told."""


def silhouette(points: Points, labels: Labels) -> float | None:
    """Mean of how much nearer points are to their own cluster than to the next, from -1 to 1.

    Points that belong to none do not count; None where fewer than two clusters are left, or every
    point is one of its own.
    """
    member = labels != NOISE
    left = len(np.unique(labels[member]))
    if not 2 <= left < int(member.sum()):
        return None
    return float(silhouette_score(points[member], labels[member]))


def density_validity(points: Points, labels: Labels) -> float:
    """DBCV: whether paths between clusters are sparser than those within, from -1 to 1.

    Unlike the silhouette it does not ask clusters to be round. Noise counts as 0.
    Source: Moulavi et al., "Density-Based Clustering Validation", SDM 2014.
    """
    found, sizes = np.unique(labels[labels != NOISE], return_counts=True)
    clusters = found[sizes >= FEWEST]
    if len(clusters) < 2:
        return 0.0
    distances = np.sqrt(squared_distances(points, points).astype(np.float64))
    members = [np.flatnonzero(labels == cluster) for cluster in clusters]
    cores = np.full(len(points), np.inf)
    for rows in members:
        cores[rows] = _core_distances(distances[np.ix_(rows, rows)], points.shape[1])
    reach = np.maximum(distances, np.maximum(cores[:, None], cores))
    trees = [_widest_step(reach[np.ix_(rows, rows)]) for rows in members]
    inner = [rows[within] for rows, (_, within) in zip(members, trees, strict=True)]
    apart = np.full((len(clusters), len(clusters)), np.inf)
    for one in range(len(clusters)):
        for other in range(one + 1, len(clusters)):
            gap = reach[np.ix_(inner[one], inner[other])].min()
            apart[one, other] = apart[other, one] = gap
    gaps, steps = apart.min(axis=1), np.array([step for step, _ in trees])
    validity = (gaps - steps) / np.maximum(np.maximum(gaps, steps), TINY)
    return float((validity * [len(rows) for rows in members]).sum() / len(points))


def adjusted_rand(one: Labels, other: Labels) -> float:
    """Agreement of two groupings of the same points: 1 where equal, about 0 where by chance.

    Source: Hubert and Arabie, "Comparing Partitions", Journal of Classification 1985.
    """
    table = contingency(one, other)
    together = _pairs(table).sum()
    in_one, in_other = _pairs(table.sum(axis=1)).sum(), _pairs(table.sum(axis=0)).sum()
    expected = in_one * in_other / max(_pairs(np.array(len(one))), 1)
    most = (in_one + in_other) / 2
    return 1.0 if most == expected else float((together - expected) / (most - expected))


def overlaps(labels: Labels, other: Labels, count: int) -> Floats:
    """(count,) of each cluster, its Jaccard index with the cluster of the other most like it.

    Source: Hennig, "Cluster-wise assessment of cluster stability", CSDA 2007. NaN where none of the
    points is in the cluster.
    """
    table = contingency(labels, other)
    table = np.pad(table, ((0, count + 1 - len(table)), (0, 0)))
    own, theirs, both = table.sum(axis=1)[1:], table.sum(axis=0)[1:], table[1:, 1:]
    union = np.maximum(own[:, None] + theirs - both, 1)
    return np.where(own > 0, (both / union).max(axis=1, initial=0), np.nan)


def contingency(one: Labels, other: Labels) -> NDArray[np.int64]:
    """How many points are in both of each two clusters; the first row and column are noise."""
    height, width = int(one.max(initial=NOISE)) + 2, int(other.max(initial=NOISE)) + 2
    places = (one.astype(np.int64) + 1) * width + other + 1
    return np.bincount(places, minlength=height * width).reshape(height, width)


def _pairs(counts: NDArray[np.int64]) -> Floats:
    return counts.astype(np.float64) * (counts - 1) / 2


def _core_distances(distances: Floats, dimensions: int) -> Floats:
    """Mean distance of each point to the others, near ones weighing as if they filled space."""
    logs = -dimensions * np.log(np.maximum(distances, TINY))
    np.fill_diagonal(logs, -np.inf)
    most = logs.max(axis=1, keepdims=True)
    mean = np.exp(logs - most).sum(axis=1) / (len(distances) - 1)
    return np.exp(-(most[:, 0] + np.log(mean)) / dimensions)


def _widest_step(reach: Floats) -> tuple[float, NDArray[np.intp]]:
    """The longest inner edge of the spanning tree, and the points that are no leaves of it."""
    tree = minimum_spanning_tree(csr_matrix(np.maximum(reach, TINY))).tocoo()
    degree = np.bincount(tree.row, minlength=len(reach))
    degree += np.bincount(tree.col, minlength=len(reach))
    inner = degree > 1
    steps = tree.data[inner[tree.row] & inner[tree.col]]
    return float((steps if len(steps) else tree.data).max()), np.flatnonzero(inner)
