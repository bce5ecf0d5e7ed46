"""Classifier test: whether one can tell which of two samples a vector is of."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Vectors = NDArray[np.float64]
Scores = NDArray[np.float64]

SHRINKAGE: Final = 0.1
"""How far the covariance is drawn to a multiple of the identity."""
CONFIDENCE: Final = 0.95
FARTHEST: Final = 30.0
"""Log-odds beyond which a probability is as good as 0 or 1."""


@dataclass(frozen=True)
class ClassifierTest:
    """How well what was learned on one half tells the samples of the other half apart."""

    auc: float
    """The chance that a current vector is scored higher than one of the reference."""
    low: float
    high: float
    """Where the AUC is with 95 % confidence."""
    p: float
    tested: int
    """Vectors that it was tested on."""


def classifier_test(
    reference: Vectors, current: Vectors, rng: np.random.Generator
) -> tuple[ClassifierTest, Scores]:
    """Compares (N, D) with (M, D) vectors, four each at least.

    Both samples are halved; a linear discriminant learns one half and scores the other. The test
    is of the second half only, so that its p-value (Mann-Whitney, one-sided) holds. Returns it
    and for all N + M the probability to be current, each by what the other half has taught.

    Source: Lopez-Paz and Oquab, "Revisiting classifier two-sample tests", 2017.
    """
    pooled = np.concatenate((reference, current))
    is_current = np.arange(len(pooled)) >= len(reference)
    second = _second_half(len(reference), len(current), rng)
    scores = np.empty(len(pooled))
    for learnt, scored in ((~second, second), (second, ~second)):
        first = pooled[learnt & ~is_current]
        scores[scored] = _discriminant(first, pooled[learnt & is_current], pooled[scored])
    tested = scores[second & ~is_current], scores[second & is_current]
    auc, deviation = auc_of(*tested)
    low, high = auc_interval(auc, deviation)
    p: Any = stats.mannwhitneyu(
        tested[1], tested[0], alternative="greater", method="asymptotic"
    ).pvalue
    result = ClassifierTest(auc, low, high, float(p), int(second.sum()))
    return result, 1 / (1 + np.exp(-np.clip(scores, -FARTHEST, FARTHEST)))


def auc_of(negatives: Scores, positives: Scores) -> tuple[float, float]:
    """The area under the ROC curve, and its standard deviation.

    Source: DeLong, DeLong and Clarke-Pearson, "Comparing the areas under two or more correlated
    receiver operating characteristic curves", 1988; by ranks as Sun and Xu, 2014.
    """
    m, n = len(positives), len(negatives)
    ranks = stats.rankdata(np.concatenate((positives, negatives)))
    above = (ranks[:m] - stats.rankdata(positives)) / n
    below = 1 - (ranks[m:] - stats.rankdata(negatives)) / m
    variance = _variance(above) / m + _variance(below) / n
    return float(above.mean()), float(np.sqrt(variance))


def auc_interval(auc: float, deviation: float) -> tuple[float, float]:
    """95 % on the scale of log-odds, so that it stays within 0 and 1."""
    if not deviation or not 0 < auc < 1:
        return auc, auc
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * deviation / (auc * (1 - auc))
    middle = np.log(auc / (1 - auc))
    return float(1 / (1 + np.exp(reach - middle))), float(1 / (1 + np.exp(-reach - middle)))


def _variance(values: Scores) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _second_half(first: int, second: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """A random half of each sample: (N + M,)."""
    return np.concatenate(
        [rng.permutation(np.arange(size) < size // 2) for size in (first, second)]
    )


def _discriminant(reference: Vectors, current: Vectors, asked: Vectors) -> Scores:
    """Log-odds of (Q, D) vectors to be current: Fisher's, with a shrunk covariance."""
    means = reference.mean(axis=0), current.mean(axis=0)
    apart = np.concatenate((reference - means[0], current - means[1]))
    covariance = apart.T @ apart / len(apart)
    even = np.trace(covariance) / len(covariance)
    if not even:
        return asked @ (means[1] - means[0]) - (means[1] @ means[1] - means[0] @ means[0]) / 2
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * even * np.eye(len(covariance))
    direction = np.linalg.solve(shrunk, means[1] - means[0])
    return (asked - (means[0] + means[1]) / 2) @ direction
