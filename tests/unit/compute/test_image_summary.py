"""The summary: every item is counted once, and flagged for what it is."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.compute.image_summary import summarise
from service.compute.images import NAMES

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
THRESHOLDS = {
    "dark_threshold": 0.32,
    "light_threshold": 0.05,
    "low_information_threshold": 0.3,
    "odd_aspect_ratio_threshold": 0.35,
    "blurry_threshold": 0.29,
    "odd_size_threshold": 0.5,
    "overexposed_threshold": 0.7,
    "underexposed_threshold": 0.7,
    "colour_cast_threshold": 0.85,
    "noisy_threshold": 0.7,
    "blocky_threshold": 0.55,
    "low_jpeg_quality_threshold": 0.5,
    "border_threshold": 0.95,
    "label_outlier_deviations": 5,
    "near_duplicate_distance": 4,
}
GOOD = {
    "width": 640.0,
    "height": 480.0,
    "size_bytes": 50_000.0,
    "mode_code": 1.0,
    "orientation": 1.0,
    "frames": 1.0,
    "brightness_mean": 0.5,
    "brightness_p05": 0.1,
    "brightness_p99": 0.9,
    "contrast": 0.2,
    "entropy": 7.5,
    "blur_edges": 60.0,
    "blur_std": 12.0,
    "sharpness": 500.0,
    "blockiness": 1.0,
    "jpeg_quality": 90.0,
}
NAMES_OF_ISSUES: list[str] = [
    "dark",
    "light",
    "blurry",
    "low_information",
    "odd_aspect_ratio",
    "odd_size",
    "grayscale",
    "overexposed",
    "underexposed",
    "colour_cast",
    "noisy",
    "blocky",
    "low_jpeg_quality",
    "border",
    "label_outliers",
    "exact_duplicates",
    "near_duplicates",
    "unreadable",
]
SCORES = NAMES_OF_ISSUES[:-1]
COLUMNS = "columns"


class Dataset:
    """Images that need no pixels: numbers and a signature each."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.unreadable: list[dict[str, Any]] = []

    def add(
        self,
        item_id: int,
        *,
        looks: int | None = None,
        pixels: int | None = None,
        label: int = 0,
        **changes: float,
    ) -> None:
        numbers = [float((GOOD | changes).get(name, 0.0)) for name in NAMES]
        look = _spread(item_id) if looks is None else looks
        digest = (item_id if pixels is None else pixels).to_bytes(16, "big")
        elements = b"".join(struct.pack(">id", 8, number) for number in numbers)
        array = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1) + elements
        self.rows.append(
            struct.pack(">hiqiqi", 4, 8, item_id, 8, label, len(array))
            + array
            + struct.pack(">iQ", 24, look)
            + digest
        )

    def summed_up(
        self, folder: Path, **thresholds: float
    ) -> tuple[list[list[Any]], dict[str, Any]]:
        path = folder / "features.copy"
        path.write_bytes(HEADER + b"".join(self.rows) + b"\xff\xff")
        shared = {"names": list(NAMES), "thresholds": THRESHOLDS | thresholds, "scores": SCORES}
        item = {
            "path": str(path),
            "columns": str(folder / COLUMNS),
            "unreadable": self.unreadable,
        }
        told = list(summarise(item, shared))
        json.dumps(told, allow_nan=False)
        items = [row for part in told for row in part.get("items", [])]
        progress = [part["progress"] for part in told if "progress" in part]
        assert progress == sorted(progress)
        assert all(len(part.get("items", [])) <= 1000 for part in told)
        return items, told[-1]["result"]


def _spread(number: int) -> int:
    """64 bits that are far from those of any other number."""
    return int(np.random.default_rng(number).integers(0, 2**63))


def told_of_all(folder: Path, rows: int) -> tuple[list[int], dict[str, np.ndarray]]:
    """The ids and the scores that were written for every item."""
    data = (folder / COLUMNS).read_bytes()
    scores = np.frombuffer(data[8 * rows :], "<f4").reshape(len(SCORES), rows)
    return np.frombuffer(data[: 8 * rows], "<i8").tolist(), dict(zip(SCORES, scores, strict=True))


def flagged(items: list[list[Any]], kind: str) -> list[int]:
    return [row[1] for row in items if row[0] == kind]


@pytest.fixture
def dataset() -> Dataset:
    made = Dataset()
    for item_id in range(100, 160):
        made.add(item_id, width=640.0 + item_id % 7)
    return made


def test_good_images_have_no_issues(dataset: Dataset, tmp_path: Path) -> None:
    items, result = dataset.summed_up(tmp_path)

    assert items == []
    assert [issue["name"] for issue in result["issues"]] == NAMES_OF_ISSUES
    assert [issue["count"] for issue in result["issues"]] == [0] * len(NAMES_OF_ISSUES)
    assert (result["items"], result["analysed"], result["unreadable"]) == (60, 60, 0)


@pytest.mark.parametrize(
    ("issue", "changes"),
    [
        ("dark", {"brightness_p99": 0.31}),
        ("light", {"brightness_p05": 0.96}),
        ("blurry", {"blur_edges": 30.0, "blur_std": 19.0}),
        ("low_information", {"entropy": 2.9}),
        ("odd_aspect_ratio", {"width": 1073.0, "height": 286.0}),
        ("overexposed", {"overexposed": 0.31}),
        ("underexposed", {"underexposed": 0.31}),
        ("colour_cast", {"colour_cast": 15.1}),
        ("noisy", {"noise": 15.1}),
        ("blocky", {"blockiness": 1.9}),
        ("low_jpeg_quality", {"jpeg_quality": 49.0}),
        ("border", {"border_left": 0.03, "border_right": 0.03}),
        ("odd_size", {"width": 6400.0, "height": 4800.0}),
        ("grayscale", {"mode_code": 0.0}),
    ],
)
def test_one_bad_image_is_flagged_for_that_alone(
    dataset: Dataset, tmp_path: Path, issue: str, changes: dict[str, Any]
) -> None:
    dataset.add(7, **changes)

    items, result = dataset.summed_up(tmp_path)

    assert [row[:2] for row in items] == [[issue, 7]]
    told = result["issues"][NAMES_OF_ISSUES.index(issue)]
    assert (told["count"], told["items"][0]["item_id"]) == (1, 7)


def test_a_threshold_moves_the_line(dataset: Dataset, tmp_path: Path) -> None:
    dataset.add(7, brightness_p99=0.4)

    lenient, _ = dataset.summed_up(tmp_path)
    strict, _ = dataset.summed_up(tmp_path, dark_threshold=0.5)

    assert (flagged(lenient, "dark"), flagged(strict, "dark")) == ([], [7])


def test_the_worst_come_first(dataset: Dataset, tmp_path: Path) -> None:
    for item_id, level in ((3, 0.2), (1, 0.3), (2, 0.1), (4, 0.1)):
        dataset.add(item_id, brightness_p99=level)

    items, _ = dataset.summed_up(tmp_path)

    assert flagged(items, "dark") == [2, 4, 3, 1]


def test_copies_are_an_exact_group_and_no_near_one(dataset: Dataset, tmp_path: Path) -> None:
    dataset.add(1, looks=5, pixels=9)
    dataset.add(2, looks=5, pixels=9)

    items, result = dataset.summed_up(tmp_path)

    assert items == [
        ["exact_duplicates", 1, 0.5, {"group": 0, "keep": True}],
        ["exact_duplicates", 2, 0.5, {"group": 0, "keep": False}],
    ]
    assert result["duplicates"]["exact"] == {
        "groups": 1,
        "items": 2,
        "shown": [[{"item_id": 1, "keep": True}, {"item_id": 2, "keep": False}]],
    }


@pytest.mark.parametrize(
    "better",
    [
        {"width": 1280.0},
        {"sharpness": 501.0},
        {"size_bytes": 60_000.0},
        {"width": 641.0, "sharpness": 10.0, "size_bytes": 10.0},
        {"sharpness": 501.0, "size_bytes": 10.0},
    ],
)
def test_the_best_of_a_group_is_to_be_kept(
    dataset: Dataset, tmp_path: Path, better: dict[str, Any]
) -> None:
    for item_id in (1, 2, 3):
        dataset.add(item_id, looks=item_id, pixels=item_id, **(better if item_id == 2 else {}))

    items, result = dataset.summed_up(tmp_path)

    kept = [row[1] for row in items if row[0] == "near_duplicates" and row[3]["keep"]]
    assert kept == [2]
    assert [item["item_id"] for item in result["duplicates"]["near"]["shown"][0]] == [2, 1, 3]


def test_an_image_unlike_the_others_of_its_label_is_an_outlier(
    dataset: Dataset, tmp_path: Path
) -> None:
    for item_id in range(30):
        dataset.add(item_id, label=1, brightness_mean=0.2 + item_id / 1000)
        dataset.add(item_id + 30, label=2, brightness_mean=0.8 + item_id / 1000)
    dataset.add(90, label=1, brightness_mean=0.8)

    items, result = dataset.summed_up(tmp_path)

    assert [row[:2] for row in items] == [["label_outliers", 90]]
    assert items[0][3]["attribute"] == "brightness"
    assert items[0][3]["deviations"] == pytest.approx(1 / items[0][2])
    assert result["issues"][NAMES_OF_ISSUES.index("label_outliers")]["items"][0]["data"]


def test_every_copy_of_a_near_duplicate_is_one(dataset: Dataset, tmp_path: Path) -> None:
    dataset.add(1, looks=0b0000, pixels=9)
    dataset.add(2, looks=0b0111, pixels=8)
    dataset.add(3, looks=0b0000, pixels=9)

    items, _ = dataset.summed_up(tmp_path)

    assert flagged(items, "exact_duplicates") == [1, 3]
    assert flagged(items, "near_duplicates") == [1, 2, 3]


def test_at_distance_zero_only_equal_looks_are_near(dataset: Dataset, tmp_path: Path) -> None:
    dataset.add(1, looks=8, pixels=9)
    dataset.add(2, looks=9, pixels=8)
    dataset.add(3, looks=8, pixels=7)

    items, _ = dataset.summed_up(tmp_path, near_duplicate_distance=0)

    assert flagged(items, "near_duplicates") == [1, 3]


def test_the_largest_group_is_shown_first_and_not_in_full(dataset: Dataset, tmp_path: Path) -> None:
    for item_id in range(2):
        dataset.add(item_id, looks=1, pixels=1)
    for item_id in range(10, 50):
        dataset.add(item_id, looks=1 << 40, pixels=2)

    _, result = dataset.summed_up(tmp_path)

    exact = result["duplicates"]["exact"]
    assert (exact["groups"], exact["items"]) == (2, 42)
    assert [len(group) for group in exact["shown"]] == [24, 2]


def test_the_unreadable_are_items_with_their_reason(dataset: Dataset, tmp_path: Path) -> None:
    dataset.unreadable = [{"item_id": 5, "code": "truncated", "detail": "it ends"}]

    items, result = dataset.summed_up(tmp_path)

    assert items == [["unreadable", 5, 0.0, {"code": "truncated", "detail": "it ends"}]]
    assert (result["items"], result["analysed"], result["unreadable"]) == (61, 60, 1)
    assert result["issues"][-1]["items"][0]["reason"]["code"] == "truncated"


def test_the_order_of_the_rows_changes_nothing(dataset: Dataset, tmp_path: Path) -> None:
    for item_id in range(8):
        dataset.add(item_id, looks=item_id, pixels=item_id // 2, brightness_p99=item_id / 20)

    once = dataset.summed_up(tmp_path)
    dataset.rows.reverse()

    assert dataset.summed_up(tmp_path) == once


def test_formats_and_modes_are_counted_by_name(tmp_path: Path) -> None:
    dataset = Dataset()
    for item_id, code in enumerate((0.0, 0.0, 3.0, -1.0)):
        dataset.add(item_id, format_code=code, frames=4.0, orientation=6.0)

    _, result = dataset.summed_up(tmp_path)

    assert result["formats"] == {"JPEG": 2, "other": 1, "GIF": 1}
    assert result["modes"] == {"RGB": 4}
    assert (result["animated"], result["rotated"]) == (1, 4)


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_anything_is_summed_up_too(tmp_path: Path, count: int) -> None:
    dataset = Dataset()
    for item_id in range(count):
        dataset.add(item_id)

    items, result = dataset.summed_up(tmp_path)

    assert items == []
    assert result["analysed"] == count
    assert {told["count"] for told in result["attributes"].values()} == {count}


def test_only_jpeg_files_have_a_quality(dataset: Dataset, tmp_path: Path) -> None:
    dataset.add(1, jpeg_quality=0.0)

    items, result = dataset.summed_up(tmp_path)

    assert items == []
    assert result["attributes"]["jpeg_quality"]["count"] == 60
    assert result["attributes"]["jpeg_quality"]["min"] == 90


def test_histograms_hold_every_image_once(dataset: Dataset, tmp_path: Path) -> None:
    _, result = dataset.summed_up(tmp_path)

    for told in result["attributes"].values():
        assert sum(told["histogram"]["counts"]) == told["count"] == 60
        assert len(told["histogram"]["edges"]) == len(told["histogram"]["counts"]) + 1
        assert told["quantiles"]["p05"] <= told["quantiles"]["p95"]


def test_counting_scores_below_thresholds_again_finds_what_was_found(
    dataset: Dataset, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    for item_id in range(200, 400):
        dataset.add(
            item_id,
            looks=item_id % 150,
            pixels=item_id % 180,
            label=1,
            jpeg_quality=70.0,
            brightness_mean=rng.uniform(),
            brightness_p99=rng.uniform(),
            blur_edges=rng.uniform(0, 90),
            width=float(rng.integers(100, 1000)),
        )

    items, result = dataset.summed_up(tmp_path, low_jpeg_quality_threshold=0.7)

    ids, scores = told_of_all(tmp_path, 260)
    found = {issue["name"]: issue for issue in result["issues"]}
    for name in SCORES:
        at = {"exact_duplicates": 1, "near_duplicates": 1}.get(name, found[name]["threshold"])
        below = scores[name] < np.float32(0.5 if at is None else at)
        assert [ids[n] for n in np.flatnonzero(below)] == sorted(flagged(items, name)), name
    assert found["label_outliers"]["count"] + found["dark"]["count"] > 0
    assert found["low_jpeg_quality"]["count"] == 0


def test_every_item_has_a_row_in_the_order_of_its_id_whether_or_not_it_could_be_read(
    dataset: Dataset, tmp_path: Path
) -> None:
    dataset.unreadable = [
        {"item_id": 90, "code": "damaged", "detail": ""},
        {"item_id": 300, "code": "damaged", "detail": ""},
    ]

    dataset.summed_up(tmp_path)

    ids, scores = told_of_all(tmp_path, 62)
    assert ids == [90, *range(100, 160), 300]
    for name, told in scores.items():
        compared = name != "label_outliers"
        assert np.isnan(told).tolist() == [True, *[not compared] * 60, True], name


def test_whatever_order_the_rows_come_in_the_columns_are_the_same(
    dataset: Dataset, tmp_path: Path
) -> None:
    dataset.summed_up(tmp_path)
    before = (tmp_path / COLUMNS).read_bytes()
    dataset.rows.reverse()

    dataset.summed_up(tmp_path)

    assert (tmp_path / COLUMNS).read_bytes() == before
