"""Drift of looks: whether descriptors of two samples differ, and which images it shows in."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from service.compute.classifier_test import auc_of, classifier_test
from service.compute.drift_samples import Places, Sample
from service.compute.drift_verdict import Test
from service.compute.mmd import mmd

MOST_COMPARED: Final = 10_000
"""Images of a side whose looks are compared; of more, so many are drawn."""
COMPONENTS: Final = 64
CLUSTERED_BY: Final = 16
"""Principal components that looks are compared by, and clustered by."""
MOST_CLUSTERS: Final = 12
A_CLUSTER: Final = 25
"""Images for which it takes a cluster more."""
ROUNDS: Final = 30
SHOWN: Final = 24
SHOWN_OF_CLUSTER: Final = 8
LEAST_OF_LABEL: Final = 10
"""Images of a label on each side below which it is not told how well they are told apart."""

Floats = NDArray[np.float32]
Json = dict[str, Any]


@dataclass(frozen=True)
class Looks:
    """What descriptors say: tests, the images that are most typical of a side, and clusters."""

    tests: Sequence[Test]
    mmd: Json
    classifier: Json
    reference: Sample
    current: Sample
    scores: NDArray[np.float64]
    """(N + M,) probabilities to be current."""
    clusters: Sequence[Json]

    def typical(self) -> dict[str, list[tuple[int, float]]]:
        """By side all images (item id, probability to be of the other side), most typical first."""
        split = len(self.reference)
        return {
            "reference": _ordered(self.reference.ids, self.scores[:split]),
            "current": _ordered(self.current.ids, 1 - self.scores[split:]),
        }

    def auc_of_label(self, label: int) -> float | None:
        """How well images of one label are told apart; None where there are too few."""
        split = len(self.reference)
        one = self.scores[:split][self.reference.labels == label]
        other = self.scores[split:][self.current.labels == label]
        return auc_of(one, other)[0] if min(len(one), len(other)) >= LEAST_OF_LABEL else None


def compare_looks(
    reference: Sample, current: Sample, *, permutations: int, rng: np.random.Generator
) -> Looks | None:
    """None where all images look the same."""
    reference, current = (_drawn(sample, rng) for sample in (reference, current))
    split = len(reference)
    components = principal_components(np.concatenate((reference.descriptors, current.descriptors)))
    differ = mmd(components[:split], components[split:], permutations=permutations, rng=rng)
    if differ is None:
        return None
    spread = _spread(components)
    told_apart, scores = classifier_test(spread[:split], spread[split:], rng)
    return Looks(
        tests=(
            Test("looks (MMD)", "mmd", differ.squared, differ.p, differ.share),
            Test("looks (classifier)", "classifier", told_apart.auc, told_apart.p, told_apart.auc),
        ),
        mmd={
            "squared": differ.squared,
            "share": differ.share,
            "bandwidth": differ.bandwidth,
            "permutations": permutations,
            "approximated": differ.approximated,
        },
        classifier={
            "auc": told_apart.auc,
            "low": told_apart.low,
            "high": told_apart.high,
            "tested": told_apart.tested,
        },
        reference=reference,
        current=current,
        scores=scores,
        clusters=_clusters(components[:, :CLUSTERED_BY], reference, current, rng),
    )


def principal_components(descriptors: NDArray[np.uint8]) -> Floats:
    """(N, C) coordinates along the directions in which (N, D) bytes vary most, largest first."""
    centred = descriptors.astype(np.float32)
    centred -= centred.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    return centred @ directions[:, : -COMPONENTS - 1 : -1]


def _drawn(sample: Sample, rng: np.random.Generator) -> Sample:
    if len(sample) <= MOST_COMPARED:
        return sample
    return sample.at(np.sort(rng.permutation(len(sample))[:MOST_COMPARED]))


def _spread(components: Floats) -> NDArray[np.float64]:
    """Components and their squares, so that what is further out on both sides is told apart too."""
    deviations = components.std(axis=0, dtype=np.float64)
    varying = deviations > deviations.max() * 1e-6
    scaled = components[:, varying] / deviations[varying]
    squares = np.minimum(scaled**2, 9) - 1
    return np.concatenate((scaled, squares), axis=1)


def _ordered(ids: NDArray[np.int64], other: NDArray[np.float64]) -> list[tuple[int, float]]:
    order = np.lexsort((ids, other))
    return list(zip(ids[order].tolist(), other[order].tolist(), strict=True))


def _clusters(
    components: Floats, reference: Sample, current: Sample, rng: np.random.Generator
) -> list[Json]:
    """Groups of images that look alike, and how many of each side are in each."""
    split, count = len(reference), len(components)
    wanted = min(MOST_CLUSTERS, count // A_CLUSTER, len(np.unique(components, axis=0)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a cluster may lose all of its members
        centres, names = kmeans2(
            components.astype(np.float64), max(wanted, 1), iter=ROUNDS, minit="++", rng=rng
        )
    ids = np.concatenate((reference.ids, current.ids))
    far = np.linalg.norm(components - centres[names], axis=1)
    told = [
        _cluster(np.flatnonzero(names == name), split, count - split, ids, far)
        for name in np.unique(names)
    ]
    return sorted(told, key=lambda one: (-abs(one["difference"]), one["items"][0]["item_id"]))


def _cluster(
    members: Places, reference: int, current: int, ids: NDArray[np.int64], far: NDArray[np.float64]
) -> Json:
    """The counts of both sides, and of the one that has more of it those in the middle."""
    is_current = members >= reference
    ones, others = int((~is_current).sum()), int(is_current.sum())
    difference = others / current - ones / reference
    shown = members[is_current] if difference > 0 else members[~is_current]
    middle = shown[np.lexsort((ids[shown], far[shown]))][:SHOWN_OF_CLUSTER]
    return {
        "reference": ones,
        "current": others,
        "difference": difference,
        "items": [{"item_id": id_} for id_ in ids[middle].tolist()],
    }


def told_labels(
    categories: Sequence[Mapping[str, Any]], labels: Sequence[str], looks: Looks | None
) -> list[Json]:
    """Of each label its shares on both sides, and how well its images are told apart."""
    sums = [sum(one[side] for one in categories) for side in ("reference", "current")]
    places = {label: place for place, label in enumerate(labels)}
    told = [
        {
            **one,
            "difference": one["current"] / sums[1] - one["reference"] / sums[0],
            "auc": looks.auc_of_label(places[one["name"]])
            if looks and one["name"] in places
            else None,
        }
        for one in categories
    ]
    return sorted(told, key=lambda one: (-abs(one["difference"]), one["name"]))
