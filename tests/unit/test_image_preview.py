"""The preview of an analysis: it counts what the summary will flag."""

import numpy as np
import pytest

from service.catalog.image_analysis import ImageAnalysisParams
from service.compute.images import NAMES, Item, extract
from service.compute.issues import scores
from tests.pictures import write_pictures
from worker.analyses.image_preview import ISSUES, Counts, count_image, count_unreadable


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, float]]]:
    folder = tmp_path_factory.mktemp("pictures") / "all"
    write_pictures(folder)
    pictures = sorted((folder / "cats").iterdir())
    return [extract(Item(path=str(path), size_bytes=9), {})[0] for path in pictures]


@pytest.mark.parametrize("strictness", [None, 0.0, 0.5, 0.9, 1.0])
def test_it_counts_what_the_summary_flags(
    told: list[dict[str, dict[str, float]]], strictness: float | None
) -> None:
    params = ImageAnalysisParams().model_dump()
    if strictness is not None:
        params |= {name: strictness for name in params if name.endswith("_threshold")}
    counts: Counts = {}

    for data in told:
        count_image(counts, data["numbers"], data["facts"], params)

    numbers = {name: np.array([data["numbers"][name] for data in told]) for name in NAMES}
    flagged = {
        issue: int((score < params.get(f"{issue}_threshold", 0.5)).sum())
        for issue, score in scores(numbers).items()
    }
    assert counts["issues"] == {issue: flagged[issue] for issue in ISSUES}


def test_the_unreadable_are_counted_by_reason() -> None:
    counts: Counts = {}

    for code in ("truncated", "empty_file", "truncated"):
        count_unreadable(counts, code)

    assert (counts["unreadable"], counts["analysed"]) == (3, 0)
    assert counts["reasons"] == {"truncated": 2, "empty_file": 1}
