"""Evidently's tests of two samples: what they say and take, and how often they call it drift."""

import json
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import (
    jensenshannon_stat_test,
    ks_stat_test,
    psi_stat_test,
    wasserstein_stat_test,
)
from evidently.legacy.calculations.stattests.registry import get_stattest
from evidently.legacy.core import ColumnType
from evidently.legacy.metrics.data_drift.embedding_drift_methods import MMD2u, mmd, model
from sklearn.metrics import pairwise_kernels

TESTS = {
    "p": ks_stat_test,
    "wasserstein": wasserstein_stat_test,
    "psi": psi_stat_test,
    "jensen_shannon": jensenshannon_stat_test,
}
SIDES = ("reference", "current")
TIMES = 3
HALF = 0.5
"""Of the columns: where so many have drifted, it says that the dataset has."""


def tests(path: str) -> dict[str, object]:
    """Of each test of ``numbers`` and ``looks``, what it says and its CPU seconds."""
    arrays = np.load(path)
    numbers = _frames(arrays, "numbers")
    looks = _frames(arrays, "looks")
    fewer = [frame[: int(arrays["mmd_images"])] for frame in looks]
    seconds: dict[str, float] = {}
    told = {
        "numbers": _timed(seconds, "numbers", lambda: _numbers(*numbers)),
        "auc": _timed(seconds, "classifier", lambda: model()(looks[1].copy(), looks[0].copy())[0]),
        "squared": _squared(*fewer, float(arrays["bandwidth"])),
    }
    _timed(seconds, "mmd", lambda: mmd(bootstrap=True)(fewer[1], fewer[0]))
    return {"told": told, "seconds": seconds}


def verdicts(path: str) -> dict[str, float]:
    """The shares of repeats that it calls drift by its defaults.

    ``drawn`` has the places of both sides of each repeat, one behind the other.
    """
    arrays = np.load(path)
    numbers, kinds, looks = (_frames(arrays, name) for name in ("numbers", "kinds", "looks"))
    found = dict.fromkeys(("half of the columns", "any column", "embeddings"), 0.0)
    drawn = arrays["drawn"]
    for places in drawn:
        first, second = np.split(places, 2)
        columns = [
            *_drifted(numbers, first, second, ColumnType.Numerical),
            *_drifted(kinds, first, second, ColumnType.Categorical),
        ]
        told = model(bootstrap=True)(looks[1].iloc[second].copy(), looks[0].iloc[first].copy())
        found["half of the columns"] += np.mean(columns) >= HALF
        found["any column"] += any(columns)
        found["embeddings"] += bool(told[1])
    return {name: float(count) / len(drawn) for name, count in found.items()}


def _drifted(sides: list[pd.DataFrame], first, second, kind: ColumnType) -> list[bool]:
    told: list[bool] = []
    for name in sides[0]:
        one, other = sides[0][name].iloc[first], sides[1][name].iloc[second]
        test = get_stattest(one, other, kind, None)
        told.append(bool(test(one, other, feature_type=kind, threshold=None).drifted))
    return told


def _numbers(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, list[float]]:
    kind = ColumnType.Numerical
    return {
        name: [
            float(test(reference[n], current[n], feature_type=kind, threshold=None).drift_score)
            for n in reference
        ]
        for name, test in TESTS.items()
    }


def _squared(reference: pd.DataFrame, current: pd.DataFrame, bandwidth: float) -> float:
    """Its MMD² with the kernel that is told; its own method has no choice of one."""
    both = np.vstack([reference, current])
    kernel = pairwise_kernels(both, metric="rbf", gamma=1 / (2 * bandwidth**2))
    return float(MMD2u(kernel, len(reference), len(current)))


def _frames(arrays, name: str) -> list[pd.DataFrame]:
    return [pd.DataFrame(arrays[f"{side}_{name}"]) for side in SIDES]


def _timed(seconds: dict[str, float], name: str, work: Callable[[], object]) -> object:
    for _ in range(TIMES):
        began = time.process_time()
        told = work()
        took = time.process_time() - began
        seconds[name] = min(took, seconds.get(name, took))
    return told


warnings.simplefilter("ignore")
wanted = {"tests": tests, "verdicts": verdicts}[sys.argv[1]]
print(json.dumps({"told": [wanted(path) for path in sys.argv[2:]]}))
