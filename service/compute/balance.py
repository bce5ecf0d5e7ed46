"""Balance: how evenly items are spread over their classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Balance:
    """Figures of at least two classes."""

    imbalance_ratio: float
    """Items of the largest class for each one of the smallest; at least 1."""
    entropy_bits: float
    """Shannon's; at most the logarithm of the number of classes."""
    evenness: float
    """Pielou's: entropy by its greatest possible value; 1 where all classes are equal."""
    effective_classes: float
    """How many equal classes have this entropy (Hill's number of order 1)."""


def balance(counts: NDArray[np.int64]) -> Balance | None:
    """The balance of (K,) classes by their counts, none of which is 0; None for fewer than two.

    Sources: Shannon, "A mathematical theory of communication", 1948; Pielou, "The measurement of
    diversity in different types of biological collections", 1966; Hill, "Diversity and evenness:
    a unifying notation and its consequences", 1973.
    """
    if len(counts) < 2:
        return None
    shares = counts / counts.sum()
    bits = float(-(shares * np.log2(shares)).sum())
    return Balance(
        imbalance_ratio=float(counts.max() / counts.min()),
        entropy_bits=bits,
        evenness=min(bits / float(np.log2(len(counts))), 1.0),
        effective_classes=2.0**bits,
    )
