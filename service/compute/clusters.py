"""Clusters: where they are, found by k-means or HDBSCAN, and which one each point belongs to."""

import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import HDBSCAN, KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

from service.compute.vectors import Points

Labels = NDArray[np.int32]
"""(N,) numbers of clusters, or ``NOISE``."""
NOISE: Final = -1

AT_ONCE: Final = 50_000
"""Points up to which every step of k-means looks at all of them; of more, at batches."""
MINI_BATCH: Final = 8192
TRIES: Final = 4
SHAPE_DIMENSIONS: Final = 8
"""Densities mean little among more."""
NEIGHBOURS: Final = 5
"""How many near points make a place dense."""


_QUIET: dict[str, Any] = {"copy": True}
"""Not to be told that this will be the default."""


class Method(StrEnum):
    """How clusters are found."""

    KMEANS = "kmeans"
    HDBSCAN = "hdbscan"


@dataclass(frozen=True)
class Model:
    """A point belongs to the cluster of the nearest anchor, unless that is too far away."""

    method: Method
    anchors: Points
    """(A, K): of k-means the centres, of HDBSCAN the members that it was shown."""
    clusters: Labels
    """(A,) the cluster of each anchor."""
    reach: Points
    """(A,) how far away a point may be."""

    @property
    def count(self) -> int:
        return int(self.clusters.max(initial=NOISE)) + 1

    def assign(self, points: Points) -> Labels:
        """(N,) the cluster of each point."""
        squares = squared_distances(points[:, : self.anchors.shape[1]], self.anchors)
        nearest = squares.argmin(axis=1)
        near = squares[np.arange(len(points)), nearest] <= self.reach[nearest] ** 2
        return np.where(near, self.clusters[nearest], NOISE).astype(np.int32)


def k_means(points: Points, count: int, seed: int) -> Model:
    """``count`` clusters around their means; fewer where fewer points differ."""
    with warnings.catch_warnings():
        # says that points are equal, which the number of clusters then shows
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = _k_means(points, count, seed).fit(points)
    centres = np.asarray(fitted.cluster_centers_, np.float32)[np.unique(np.asarray(fitted.labels_))]
    endless = np.full(len(centres), np.inf, np.float32)
    return Model(Method.KMEANS, centres, np.arange(len(centres), dtype=np.int32), endless)


def hdbscan(points: Points, smallest: int) -> Model | None:
    """Dense regions of any shape with at least ``smallest`` points; None where there are none.

    Source: Campello et al., "Hierarchical Density Estimates for Data Clustering", TKDD 2015.
    """
    shaped = np.ascontiguousarray(points[:, :SHAPE_DIMENSIONS])
    if len(shaped) <= max(smallest, NEIGHBOURS):
        return None
    fitted = HDBSCAN(smallest, NEIGHBOURS, **_QUIET).fit(shaped)
    labels = np.asarray(fitted.labels_, np.int32)
    members = labels != NOISE
    if not members.any():
        return None
    anchors, clusters = shaped[members], labels[members]
    return Model(Method.HDBSCAN, anchors, clusters, _reach(anchors, clusters))


def squared_distances(points: Points, others: Points) -> Points:
    """(N, M) squares of Euclidean distances."""
    squares = points @ (-2 * others.T)
    squares += np.square(points).sum(axis=1)[:, None]
    squares += np.square(others).sum(axis=1)
    return np.maximum(squares, 0, out=squares)


def _k_means(points: Points, count: int, seed: int) -> KMeans | MiniBatchKMeans:
    options: dict[str, Any] = {"n_init": TRIES, "random_state": seed}
    if len(points) <= AT_ONCE:
        return KMeans(count, **options)
    return MiniBatchKMeans(count, batch_size=MINI_BATCH, **options)


def _reach(anchors: Points, clusters: Labels) -> Points:
    """Of each anchor's cluster, the farthest that a member is from the member nearest to it."""
    nearest = np.empty(len(anchors), np.float32)
    for start in range(0, len(anchors), 1024):
        part = np.arange(start, min(start + 1024, len(anchors)))
        squares = squared_distances(anchors[part], anchors)
        squares[part - start, part] = np.inf
        squares[clusters[part][:, None] != clusters] = np.inf
        nearest[part] = np.sqrt(squares.min(axis=1))
    farthest = np.zeros(int(clusters.max()) + 1, np.float32)
    np.maximum.at(farthest, clusters, nearest)
    return farthest[clusters]
