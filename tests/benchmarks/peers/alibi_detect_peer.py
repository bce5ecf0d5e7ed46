"""Alibi Detect's tests of two samples: what they say and take, and how often they call it drift."""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from alibi_detect.cd import ChiSquareDrift, ClassifierDrift, KSDrift, MMDDrift, TabularDrift
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

SIDES = ("reference", "current")
MOST_STEPS = 1000
TIMES = 3


def tests(path: str) -> dict[str, object]:
    """Of each test of ``numbers``, ``kinds`` and ``looks``, what it says and its CPU seconds."""
    arrays = np.load(path)
    fewer = [side[: int(arrays["mmd_images"])] for side in _sides(arrays, "looks")]
    seconds: dict[str, float] = {}
    ks = _timed(seconds, "ks", lambda: _by_column(KSDrift, *_sides(arrays, "numbers")))
    chi = _timed(seconds, "kinds", lambda: _by_column(ChiSquareDrift, *_sides(arrays, "kinds")))
    _timed(seconds, "mmd", lambda: _mmd(*fewer), times=1)
    auc = _timed(seconds, "classifier", lambda: _auc(*_sides(arrays, "looks")))
    told = {
        "ks": ks["distance"].tolist(),
        "p": ks["p_val"].tolist(),
        "chi_square": chi["distance"].tolist(),
        "chi_square_p": chi["p_val"].tolist(),
        "squared": _squared(*fewer, float(arrays["bandwidth"])),
        "auc": auc,
    }
    return {"told": told, "seconds": seconds}


def verdicts(path: str) -> dict[str, float]:
    """The shares of repeats that each of three detectors calls drift by its defaults.

    ``drawn`` has the places of both sides of each repeat, one behind the other.
    """
    arrays = np.load(path)
    table = [np.hstack([_side(arrays, side, name) for name in ("numbers", "kinds")])
             for side in SIDES]  # fmt: skip
    numbers = arrays["reference_numbers"].shape[1]
    categories = dict.fromkeys(range(numbers, table[0].shape[1]))
    looks = _sides(arrays, "looks")
    found = dict.fromkeys(("attributes", "MMD", "classifier"), 0.0)
    drawn = arrays["drawn"]
    for places in drawn:
        first, second = np.split(places, 2)
        tabular = TabularDrift(table[0][first], categories_per_feature=categories)
        one, other = looks[0][first], looks[1][second]
        found["attributes"] += tabular.predict(table[1][second])["data"]["is_drift"]
        found["MMD"] += _mmd(one, other)["is_drift"]
        found["classifier"] += _classified(one, other)["is_drift"]
    return {name: count / len(drawn) for name, count in found.items()}


def _by_column(detector, reference, current) -> dict:
    return detector(reference).predict(current, drift_type="feature")["data"]


def _mmd(reference, current, **more) -> dict:
    """100 permutations, as it comes."""
    return MMDDrift(reference, backend="pytorch", **more).predict(current)["data"]


def _squared(reference, current, bandwidth: float) -> float:
    """Of 64 bits: with 32 it is off by a hundredth where samples are nearly equal."""
    sides = [side.astype(np.float64) for side in (reference, current)]
    return _mmd(*sides, sigma=np.array([bandwidth]), n_permutations=1)["distance"]


def _classified(reference, current) -> dict:
    classifier = LogisticRegression(max_iter=MOST_STEPS)
    return ClassifierDrift(reference, classifier, backend="sklearn").predict(current)["data"]


def _auc(reference, current) -> float:
    told = _classified(reference, current)
    scores = [told[name] for name in ("probs_ref", "probs_test")]
    return float(roc_auc_score(np.repeat([0, 1], [*map(len, scores)]), np.concatenate(scores)))


def _sides(arrays, name: str) -> list[np.ndarray]:
    return [_side(arrays, side, name) for side in SIDES]


def _side(arrays, side: str, name: str) -> np.ndarray:
    return arrays[f"{side}_{name}"]


def _timed(seconds: dict[str, float], name: str, work: Callable[[], object], times: int = TIMES):
    for _ in range(times):
        began = time.process_time()
        told = work()
        took = time.process_time() - began
        seconds[name] = min(took, seconds.get(name, took))
    return told


warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
torch.set_num_threads(1)
torch.manual_seed(0)
wanted = {"tests": tests, "verdicts": verdicts}[sys.argv[1]]
print(json.dumps({"told": [wanted(path) for path in sys.argv[2:]]}))
