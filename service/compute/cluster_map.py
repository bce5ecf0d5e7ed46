"""Cluster map: a place in two dimensions for every point, near to what it is like."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

from service.compute.clusters import squared_distances
from service.compute.vectors import Points

LANDMARKS: Final = 1500
"""Points that are placed by comparing them with each other; the others find places among them."""
FEWEST: Final = 12
"""Points of which neighbourhoods can be told; fewer lie along their two strongest directions."""
PERPLEXITY: Final = 30
STEPS: Final = 500
SHARPENINGS: Final = 4
"""Squarings of the weights: a point goes to the nearest landmarks, not to the middle of all."""
TINY: Final = 1e-12


@dataclass(frozen=True)
class Landmarks:
    """Points that have their places."""

    points: Points
    places: Points
    """(L, 2), within -1 and 1, around 0."""
    method: str

    def place(self, points: Points) -> Points:
        """(N, 2): the mean of the places of landmarks, weighed by their nearness to the 32nd.

        Source: Shepard, "A two-dimensional interpolation function for irregularly-spaced data",
        ACM 1968.
        """
        weights = np.maximum(squared_distances(points, self.points), TINY)
        np.divide(weights.min(axis=1, keepdims=True), weights, out=weights)
        for _ in range(SHARPENINGS):
            np.square(weights, out=weights)
        weights /= weights.sum(axis=1, keepdims=True)
        return weights @ self.places


def landmarks(points: Points, rows: NDArray[np.intp], seed: int) -> Landmarks:
    """Places the chosen rows of (N, 2 or more) points by t-SNE, which keeps neighbours together.

    Source: van der Maaten, "Accelerating t-SNE using Tree-Based Algorithms", JMLR 2014.
    """
    shown = points[rows]
    if len(shown) < FEWEST or not np.ptp(shown, axis=0).any():
        return Landmarks(shown, _fitted(shown[:, :2]), "pca")
    perplexity = min(PERPLEXITY, (len(shown) - 1) // 3)
    model = TSNE(perplexity=perplexity, max_iter=STEPS, init="pca", random_state=seed)
    return Landmarks(shown, _fitted(model.fit_transform(shown)), "t-sne")


def _fitted(places: NDArray[np.floating]) -> Points:
    """Shifted, and scaled alike in both directions to just fit; all 0 where all are equal."""
    if not len(places):
        return np.zeros((0, 2), np.float32)
    low, high = places.min(axis=0), places.max(axis=0)
    half = float((high - low).max()) / 2
    return ((places - (low + high) / 2) / (half or 1)).astype(np.float32)
