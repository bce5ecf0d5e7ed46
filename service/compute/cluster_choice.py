"""Cluster choice: tries methods and numbers of clusters on a sample, and says which fits best."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.compute.cluster_scores import density_validity, silhouette
from service.compute.clusters import NOISE, SHAPE_DIMENSIONS, Method, Model, hdbscan, k_means
from service.compute.vectors import Points

COUNTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 25, 30)
"""Numbers of clusters that are tried; more than thirty nobody looks through."""
EACH: Final = 5
"""Points a cluster must have on average to be tried."""
SMALLEST: Final = 5
SMALLEST_SHARES: Final = (0.01, 0.025)
"""Of the sample, what a dense region must hold to be a cluster."""
SCORED: Final = 2000
"""Points of the sample that scores are computed on: they compare all with all."""

SEPARATED: Final = 0.15
"""Density validity from which shapes are apart enough to prefer them."""
MARGIN: Final = 0.1
MOST_NOISE: Final = 0.3
WEAK: Final = 0.1
CLEAR: Final = 0.25
"""Silhouettes from which there is any structure, and from which it can be seen."""


@dataclass(frozen=True)
class Candidate:
    """A way to group the sample, and how well it does."""

    model: Model
    smallest: int | None
    """Of HDBSCAN: the fewest points of a cluster."""
    silhouette: float | None
    validity: float
    noise: float
    """Share of the sample that belongs to no cluster."""

    def told(self, scale: float, *, chosen: bool) -> dict[str, Any]:
        """As the result says it; ``scale`` items are behind each of the sample."""
        return {
            "method": self.model.method.value,
            "clusters": self.model.count,
            "min_cluster_size": self.smallest and round(self.smallest * scale),
            "silhouette": self.silhouette,
            "density_validity": self.validity,
            "unassigned": self.noise,
            "chosen": chosen,
        }


def candidates(
    sample: Points, method: str, count: int | None, smallest: int | None, seed: int
) -> Iterator[Candidate]:
    """One after the other; ``method`` may be ``auto``. None where the sample allows none."""
    if not len(sample):
        return
    if method != Method.HDBSCAN:
        most = len(np.unique(sample, axis=0))
        for tried in _counts(most) if count is None else (min(count, most),):
            yield _scored(sample, k_means(sample, tried, seed), None)
    if method != Method.KMEANS and count is None:
        for tried in _smallest(len(sample)) if smallest is None else (smallest,):
            model = hdbscan(sample, tried)
            if model is not None:
                yield _scored(sample, model, tried)


def best(tried: Sequence[Candidate]) -> Candidate | None:
    """The roundest k-means, unless dense regions are clearly apart and k-means cuts across them."""
    round_ = max(_of(Method.KMEANS, tried), key=_roundness, default=None)
    shaped = max(_of(Method.HDBSCAN, tried), key=lambda each: each.validity, default=None)
    if round_ is None or shaped is None:
        return round_ or shaped
    apart = shaped.validity >= max(SEPARATED, round_.validity + MARGIN)
    whole = shaped.noise <= MOST_NOISE and shaped.model.count > 1
    return shaped if apart and whole else round_


def structure(chosen: Candidate | None) -> str | None:
    """How much there is to see: ``clear``, ``weak`` or ``none``; None where it cannot be told."""
    if chosen is None or chosen.silhouette is None:
        return None
    shaped = chosen.model.method is Method.HDBSCAN and chosen.validity >= SEPARATED
    if shaped or chosen.silhouette >= CLEAR:
        return "clear"
    return "weak" if chosen.silhouette >= WEAK else "none"


def _counts(most: int) -> Sequence[int]:
    """Few points are one cluster."""
    return [count for count in COUNTS if count * EACH <= most] or [1]


def _smallest(points: int) -> Sequence[int]:
    return sorted({max(SMALLEST, round(points * share)) for share in SMALLEST_SHARES})


def _scored(sample: Points, model: Model, smallest: int | None) -> Candidate:
    labels = model.assign(sample)
    part = slice(0, SCORED)
    return Candidate(
        model,
        smallest,
        silhouette(sample[part], labels[part]),
        density_validity(sample[part, :SHAPE_DIMENSIONS], labels[part]),
        float((labels == NOISE).mean()),
    )


def _of(method: Method, tried: Sequence[Candidate]) -> list[Candidate]:
    return [candidate for candidate in tried if candidate.model.method is method]


def _roundness(candidate: Candidate) -> float:
    return -1.0 if candidate.silhouette is None else candidate.silhouette
