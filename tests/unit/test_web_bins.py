"""Bins of the pages: the same attributes are shares, or logarithmic, as in an analysis."""

import re
from pathlib import Path

from service.compute.distributions import BINS, LOGARITHMIC, SHARES

WEB = Path(__file__).parents[2] / "web"
BINNED = (WEB / "studio" / "bins.js").read_text()
SCALES = (WEB / "attributes.js").read_text()
UNSEEN = {"megapixels", "bits_per_pixel"}
"""Attributes of an exploration that the studio does not have."""


def named(constant: str) -> set[str]:
    """The names in a set of bins.js."""
    written = re.search(rf"const {constant} = new Set\(\[(.*?)\]\)", BINNED, re.DOTALL)
    assert written is not None
    return set(re.findall(r'"(\w+)"', written[1]))


def test_the_same_attributes_are_shares() -> None:
    assert named("SHARES") == set(SHARES)


def test_the_same_attributes_are_logarithmic() -> None:
    assert named("LOGARITHMIC") == set(LOGARITHMIC) - UNSEEN


def test_charts_draw_the_same_attributes_on_a_logarithmic_axis() -> None:
    drawn = set(re.findall(r"^  (\w+): \{.*logarithmic: true", SCALES, re.MULTILINE))

    assert drawn == set(LOGARITHMIC) - UNSEEN


def test_there_are_as_many_bins() -> None:
    assert re.findall(r"^const BINS = (\d+);", BINNED, re.MULTILINE) == [str(BINS)]
