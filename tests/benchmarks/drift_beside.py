"""Drift beside Evidently and Alibi Detect: the tests that they have too, on the same arrays."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from service.compute.classifier_test import classifier_test
from service.compute.drift_categories import CategoryDrift, compare_categories
from service.compute.drift_numbers import compare_numbers, kolmogorov_smirnov
from service.compute.mmd import mmd
from tests.benchmarks.figure import Figure
from tests.benchmarks.peers import ONE_THREAD, measured

IMAGES: Final = 10_000
NUMBERS, KINDS, LOOKS = 20, 4, 64
"""Attributes, categories and components of an image, about as many as there are."""
MMD_IMAGES: Final = 2000
"""Of a side: what the matrix of a kernel takes grows with the square, and both peers have one."""
PERMUTATIONS: Final = 999
DISTANCES: Final = ("p", "wasserstein", "psi", "jensen_shannon")
"""Of numbers, those that Evidently has too."""
SHARES: Final = (0.4, 0.3, 0.2, 0.1)
TIMES: Final = 3
SMALLEST: Final = 1e-16
Told = Mapping[str, Any]
T = TypeVar("T")


async def measure(folder: Path) -> list[Figure]:
    """CPU seconds on one core each, the fewest of some times."""
    path = folder / "sides.npz"
    _write(path)
    here = _ours(path)
    evidently, alibi = [
        (await measured(peer, "tests", str(path), **ONE_THREAD))["told"][0]
        for peer in ("evidently", "alibi_detect")
    ]
    return [
        _auc("ours", here),
        *_beside_evidently(here, evidently),
        *_beside_alibi(here, alibi),
    ]


def _beside_evidently(here: Told, theirs: Told) -> list[Figure]:
    name = "Evidently"
    return [
        _digits(f"figures of {NUMBERS} numbers", name, here, theirs, ("numbers",), 9),
        _digits(f"MMD² of {MMD_IMAGES:,} a side", name, here, theirs, ("squared",), 7),
        _auc(name, theirs),
        *_faster(name, here, theirs, ("numbers", "classifier", "mmd")),
    ]


def _beside_alibi(here: Told, theirs: Told) -> list[Figure]:
    """It tells what it computed with 32 bits, and takes p in the limit, where ours is exact."""
    name = "Alibi Detect"
    return [
        _digits("Kolmogorov-Smirnov", name, here, theirs, ("ks",), 6),
        _digits("its p in the limit", name, here, theirs, ("p",), 2),
        _digits("chi-square and its p", name, here, theirs, ("chi_square", "chi_square_p"), 6),
        _digits(f"MMD² of {MMD_IMAGES:,} a side", name, here, theirs, ("squared",), 7),
        _auc(name, theirs),
        *_faster(name, here, theirs, ("ks", "kinds", "classifier", "mmd")),
    ]


def _digits(
    what: str, peer: str, here: Told, theirs: Told, names: Sequence[str], at_least: float
) -> Figure:
    """Decimals to which all figures agree, of those above 1 in proportion."""
    pairs = [(_flat(here["told"][name]), _flat(theirs["told"][name])) for name in names]
    apart = max(float((abs(a - b) / np.maximum(abs(a), 1)).max()) for a, b in pairs)
    digits = -np.log10(max(apart, SMALLEST))
    return Figure(f"drift, {what}: digits as {peer}", float(digits), "", at_least)


def _auc(who: str, told: Told) -> Figure:
    """Of other halves and another classifier: for information."""
    return Figure(f"drift, AUC of {who}", told["told"]["auc"], "")


def _faster(peer: str, here: Told, theirs: Told, tests: Sequence[str]) -> Iterator[Figure]:
    """Each test, and all of them together."""
    sums = [sum(side["seconds"][test] for test in tests) for side in (theirs, here)]
    for test in tests:
        ratio = theirs["seconds"][test] / here["seconds"][test]
        yield Figure(f"drift, {test}: {peer} / here, CPU", ratio, "")
    yield Figure(f"drift, all of these: {peer} / here, CPU", sums[0] / sums[1], "", at_least=1)


def _flat(told: Any) -> NDArray[np.float64]:
    if isinstance(told, Mapping):
        parts: Mapping[str, Any] = told
        return np.concatenate([_flat(parts[name]) for name in sorted(parts)])
    return np.ravel(np.asarray(told, np.float64))


def _write(path: Path) -> None:
    """Two samples that differ a little in everything."""
    rng = np.random.default_rng(1)
    arrays: dict[str, Any] = {}
    for side, more in (("reference", 0.0), ("current", 0.03)):
        shares = np.add(SHARES, (0, -more, 0, more))
        arrays[f"{side}_numbers"] = rng.gamma(4, 0.25 + more / 10, (IMAGES, NUMBERS))
        arrays[f"{side}_kinds"] = rng.choice(len(SHARES), (IMAGES, KINDS), p=shares)
        spread = 10 / np.arange(1, LOOKS + 1) ** 0.5
        looks = rng.standard_normal((IMAGES, LOOKS)) * spread * (1 + more) + more
        arrays[f"{side}_looks"] = looks.astype(np.float32)
    compared = [arrays[f"{side}_looks"][:MMD_IMAGES] for side in ("reference", "current")]
    differ = mmd(*compared, permutations=1, rng=np.random.default_rng(0))
    assert differ is not None
    np.savez(path, mmd_images=MMD_IMAGES, bandwidth=differ.bandwidth, **arrays)


def _ours(path: Path) -> Told:
    """In a process of its own with one thread for BLAS, as children have it, and as the peers."""
    told = subprocess.run(
        [sys.executable, "-m", __name__, str(path)],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        check=True,
    )
    return json.loads(told.stdout)


def _tests(path: str) -> Told:
    """What the peers' scripts tell, of ours."""
    arrays = np.load(path)
    numbers, kinds, looks = (
        (arrays[f"reference_{name}"], arrays[f"current_{name}"])
        for name in ("numbers", "kinds", "looks")
    )
    fewer = [side[:MMD_IMAGES] for side in looks]
    seconds: dict[str, float] = {}
    rng = np.random.default_rng(0)
    figures = _timed(seconds, "numbers", lambda: _by_column(compare_numbers, *numbers))
    _timed(seconds, "ks", lambda: _by_column(kolmogorov_smirnov, *numbers))
    chi = _timed(seconds, "kinds", lambda: _by_column(_categories, *kinds))
    differ = _timed(seconds, "mmd", lambda: mmd(*fewer, permutations=PERMUTATIONS, rng=rng))
    apart, _ = _timed(seconds, "classifier", lambda: classifier_test(*looks, rng))
    assert differ is not None
    told = {
        "numbers": {name: [getattr(one, name) for one in figures] for name in DISTANCES},
        "ks": [one.ks for one in figures],
        "p": [one.p for one in figures],
        "chi_square": [one.chi_square for one in chi],
        "chi_square_p": [one.p for one in chi],
        "squared": differ.squared,
        "auc": apart.auc,
    }
    return {"told": told, "seconds": seconds}


def _by_column(
    compare: Callable[[NDArray[Any], NDArray[Any]], T],
    reference: NDArray[Any],
    current: NDArray[Any],
) -> list[T]:
    return [compare(reference[:, n], current[:, n]) for n in range(reference.shape[1])]


def _categories(reference: NDArray[np.int64], current: NDArray[np.int64]) -> CategoryDrift:
    counts = [np.bincount(side, minlength=len(SHARES)) for side in (reference, current)]
    return compare_categories(*counts, tables=PERMUTATIONS, rng=np.random.default_rng(0))


def _timed(seconds: dict[str, float], name: str, work: Callable[[], T]) -> T:
    """The fewest of some times, as with the peers."""
    told = [_once(seconds, name, work) for _ in range(TIMES)]
    return told[0]


def _once(seconds: dict[str, float], name: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    told = work()
    took = time.process_time() - began
    seconds[name] = min(took, seconds.get(name, took))
    return told


if __name__ == "__main__":
    print(json.dumps(_tests(sys.argv[1])))
