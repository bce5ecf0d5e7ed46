"""Correction for many tests: the authors' example, and SciPy's answer."""

import numpy as np
from scipy import stats

from service.compute.multiple_testing import benjamini_hochberg

THROMBOLYSIS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip
"""Benjamini and Hochberg 1995, section 3.2: four of the fifteen are rejected at 5 %."""


def test_four_hypotheses_of_the_authors_example_are_rejected() -> None:
    corrected = benjamini_hochberg(THROMBOLYSIS)

    assert (corrected <= 0.05).tolist() == [True] * 4 + [False] * 11


def test_corrected_values_are_those_of_scipy_in_any_order() -> None:
    p_values = np.random.default_rng(3).permutation(THROMBOLYSIS).tolist()

    expected = stats.false_discovery_control(p_values)

    assert np.abs(benjamini_hochberg(p_values) - expected).max() < 1e-12


def test_one_test_needs_no_correction() -> None:
    assert benjamini_hochberg([0.03]).tolist() == [0.03]
