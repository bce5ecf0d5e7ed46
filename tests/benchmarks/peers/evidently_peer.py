"""Evidently's tests of the same two arrays: what each says of each column, and the time of all."""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations.stattests import (
    jensenshannon_stat_test,
    ks_stat_test,
    psi_stat_test,
    wasserstein_stat_test,
)
from evidently.legacy.core import ColumnType

TESTS = {
    "p": ks_stat_test,
    "wasserstein": wasserstein_stat_test,
    "psi": psi_stat_test,
    "jensen_shannon": jensenshannon_stat_test,
}


def main(path: str) -> dict[str, object]:
    """Of the arrays ``reference`` and ``current``, (N, K) each, in an NPZ file."""
    warnings.simplefilter("ignore")
    arrays = np.load(path)
    sides = [pd.DataFrame(arrays[name]) for name in ("reference", "current")]
    began = time.process_time()
    told = {
        name: [
            float(
                test(
                    sides[0][column],
                    sides[1][column],
                    feature_type=ColumnType.Numerical,
                    threshold=None,
                ).drift_score
            )
            for column in sides[0]
        ]
        for name, test in TESTS.items()
    }
    return {"told": told, "seconds": time.process_time() - began}


print(json.dumps(main(sys.argv[1])))
