"""Multiple testing: what is left of many p-values once it is minded how many they are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def benjamini_hochberg(p_values: Sequence[float]) -> NDArray[np.float64]:
    """(N,) corrected p-values: rejecting those below a rate keeps false discoveries below it.

    Where nothing differs at all, any rejection is false: then the rate is that of a false alarm.
    Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)[::-1]
    factors = len(p) / np.arange(len(p), 0, -1)
    corrected = np.empty_like(p)
    corrected[order] = np.minimum.accumulate(np.minimum(p[order] * factors, 1.0))
    return corrected
