"""Drift verdict: what all tests together say: drifted, not drifted, or too few to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Final

from service.compute.drift_samples import LEAST
from service.compute.multiple_testing import benjamini_hochberg

BLIND: Final = 0.3
"""Where not even a difference of this size would be noticed, finding none says nothing."""

LEAST_EFFECTS: Final = {
    "kolmogorov_smirnov": "least_difference",
    "chi_square": "least_difference",
    "chi_square_simulated": "least_difference",
    "mmd": "least_share",
    "classifier": "least_auc",
}
"""By test the param that says from which size on a difference matters."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Test:
    """One test: its statistic, its p-value, and how large the difference is."""

    __test__ = False

    name: str
    method: str
    statistic: float
    p: float
    effect: float


@dataclass(frozen=True)
class Judged:
    """A test among all others."""

    test: Test
    corrected_p: float
    least_effect: float
    significant: bool

    @property
    def large(self) -> bool:
        return self.test.effect >= self.least_effect

    @property
    def excess(self) -> float:
        """How far the effect is from the least that matters to the most that there can be."""
        return (self.test.effect - self.least_effect) / ((1 - self.least_effect) or 1)

    @property
    def drifted(self) -> bool:
        return self.significant and self.large

    def told(self) -> Json:
        return {
            "method": self.test.method,
            "statistic": self.test.statistic,
            "p": self.test.p,
            "corrected_p": self.corrected_p,
            "effect": self.test.effect,
            "least_effect": self.least_effect,
            "significant": self.significant,
            "large": self.large,
            "drifted": self.drifted,
        }


@dataclass(frozen=True)
class Verdict:
    """``drifted`` is None where nothing can be told; code and sentence say why."""

    drifted: bool | None
    code: str
    sentence: str
    strongest: str | None = None


def judge(tests: Sequence[Test], params: Mapping[str, float]) -> list[Judged]:
    """Corrects all p-values together, and says which differences are significant and large."""
    corrected = benjamini_hochberg([test.p for test in tests]) if tests else ()
    return [
        Judged(test, float(p), params[LEAST_EFFECTS[test.method]], bool(p < params["alpha"]))
        for test, p in zip(tests, corrected, strict=True)
    ]


def verdict(judged: Sequence[Judged], reference: int, current: int, alpha: float) -> Verdict:
    """Of so many images of both sides, at least ``LEAST`` each."""
    found = [one for one in judged if one.drifted]
    if found:
        return _drifted(judged, found)
    visible = smallest_visible(reference, current, alpha / len(judged))
    if visible > BLIND:
        return Verdict(
            None,
            "too_few",
            f"too few images to tell: none of {len(judged)} tests found drift, but among"
            f" {reference} and {current} images a difference below {visible:.0%} goes unnoticed",
        )
    return Verdict(
        False,
        "no_drift",
        f"no drift: none of {len(judged)} tests found a difference that is both significant"
        f" (corrected p < {alpha:g}) and large enough to matter",
    )


def nothing_tested(
    sizes: Mapping[str, int], readable: Mapping[str, int], left: Mapping[str, int], shared: int
) -> Verdict:
    """Why nothing was tested, from how many images the sides have at all, readable, and left."""
    if not all(sizes.values()):
        return Verdict(None, "empty", f"nothing to compare: {_none(sizes)} no images")
    if not all(readable.values()):
        return Verdict(
            None, "unreadable", f"nothing to compare: {_none(readable)} no readable image"
        )
    if shared and not any(left.values()):
        return Verdict(
            None, "same_images", f"nothing to compare: both have the same {shared} images"
        )
    fewest = " and ".join(str(count) for count in left.values())
    return Verdict(
        None,
        "too_few",
        f"too few images to tell: {fewest} different ones are left to compare,"
        f" and at least {LEAST} on each side are needed",
    )


def smallest_visible(reference: int, current: int, alpha: float) -> float:
    """The least statistic of Smirnov's test that is significant: Smirnov 1939, in the limit."""
    return sqrt(-log(alpha / 2) / 2 * (reference + current) / (reference * current))


def _drifted(judged: Sequence[Judged], found: Sequence[Judged]) -> Verdict:
    strongest = max(found, key=lambda one: (one.excess, one.test.name))
    what = f"{_MEASURES[strongest.test.method]} {strongest.test.effect:.2f}"
    return Verdict(
        True,
        "drift",
        f"drift: {strongest.test.name} differs most ({what}, at least {strongest.least_effect:g}"
        f" matters; corrected p = {strongest.corrected_p:.2g}); {len(found)} of {len(judged)} tests"
        " found a difference that is both significant and large",
        strongest.test.name,
    )


_MEASURES: Final = {
    "kolmogorov_smirnov": "Kolmogorov-Smirnov",
    "chi_square": "difference of shares",
    "chi_square_simulated": "difference of shares",
    "mmd": "share of variety",
    "classifier": "AUC",
}


def _none(counts: Mapping[str, int]) -> str:
    without = [side for side, count in counts.items() if not count]
    if len(without) > 1:
        return "both sides have"
    return f"the {without[0]} side has"
