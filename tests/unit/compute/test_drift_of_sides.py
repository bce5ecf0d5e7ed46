"""Drift of whole sides: what is compared, what is said, and that nothing bad goes unsaid."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.catalog.drift import DriftParams, DriftResult
from service.compute.drift import compare
from service.compute.images import NAMES

DESCRIPTOR_BYTES = 16
GOOD = {"width": 640.0, "height": 480.0, "format_code": 0.0, "mode_code": 1.0, "orientation": 1.0}
Rows = list[bytes]


class Side:
    """Images that need no pixels."""

    def __init__(self, seed: int, first_item: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._next = first_item
        self._features: Rows = []
        self._places: Rows = []

    def add(
        self,
        count: int,
        *,
        label: int = 0,
        look: int = 100,
        blob: int | None = None,
        readable: bool = True,
        **changes: float,
    ) -> "Side":
        """So many images with some noise; changes are added to their numbers."""
        for _ in range(count):
            id_, self._next = self._next, self._next + 1
            self._places.append(_integers(id_, id_ if blob is None else blob, label))
            if readable:
                noise = self._rng.normal(1, 0.1, len(NAMES))
                numbers = [
                    GOOD.get(name) or float(noise[n]) + changes.get(name, 0.0)
                    for n, name in enumerate(NAMES)
                ]
                looks = self._rng.normal(look, 20, DESCRIPTOR_BYTES).clip(0, 255).astype(np.uint8)
                self._features.append(_features(id_, numbers, looks.tobytes()))
        return self

    def written(self, folder: Path, *, backwards: bool = False) -> dict[str, str]:
        folder.mkdir()
        step = -1 if backwards else 1
        return {
            name: str(_copied(folder / name, rows[::step]))
            for name, rows in (("features", self._features), ("places", self._places))
        }


def _integers(*numbers: int) -> bytes:
    return struct.pack(">h", len(numbers)) + b"".join(struct.pack(">iq", 8, n) for n in numbers)


def _features(item_id: int, numbers: list[float], descriptor: bytes) -> bytes:
    elements = b"".join(struct.pack(">id", 8, number) for number in numbers)
    array = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1) + elements
    told = (array, bytes(24), descriptor)
    return struct.pack(">hiqiq", 5, 8, item_id, 8, 0) + b"".join(
        struct.pack(">i", len(part)) + part for part in told
    )


def _copied(path: Path, rows: Rows) -> Path:
    path.write_bytes(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows) + b"\xff\xff")
    return path


class Compared:
    """What a comparison yields."""

    def __init__(
        self,
        folder: Path,
        reference: Side,
        current: Side,
        *,
        backwards: bool = False,
        labels: Sequence[str] = ("cat", "dog"),
        **params: Any,
    ) -> None:
        told = list(
            compare(
                {
                    "reference": reference.written(folder / "reference", backwards=backwards),
                    "current": current.written(folder / "current", backwards=backwards),
                    "labels": labels,
                },
                {
                    "names": list(NAMES),
                    "signature_bytes": 24,
                    "descriptor_bytes": DESCRIPTOR_BYTES,
                    "params": DriftParams(**params).model_dump(mode="json"),
                },
            )
        )
        self.json = json.dumps(told, allow_nan=False)
        self.items = [row for part in told for row in part.get("items", [])]
        self.result = DriftResult.model_validate(_with_paths(told[-1]["result"]))


def _with_paths(result: dict[str, Any]) -> dict[str, Any]:
    if looks := result["looks"]:
        groups = [*looks["typical"].values(), *(cluster["items"] for cluster in looks["clusters"])]
        for item in (item for group in groups for item in group):
            item |= {"path": "1.jpg", "sha256": "ab"}
    return result


def reference() -> Side:
    return Side(1, 1000)


def current() -> Side:
    return Side(2, 5000)


def test_equal_sides_have_not_drifted(tmp_path: Path) -> None:
    told = Compared(tmp_path, reference().add(200), current().add(150)).result

    assert (told.drifted, told.code, told.strongest) == (False, "no_drift", None)
    assert (told.reference.compared, told.current.compared) == (200, 150)


def test_a_brighter_side_has_drifted_in_brightness(tmp_path: Path) -> None:
    brighter = current().add(150, brightness_mean=0.2)

    told = Compared(tmp_path, reference().add(200), brighter).result

    assert (told.drifted, told.strongest) == (True, "brightness")
    assert told.attributes[0].name == "brightness"
    assert [one.name for one in told.attributes if one.test.drifted] == ["brightness"]
    assert told.sentence.startswith("drift: brightness differs most (Kolmogorov-Smirnov 0.")
    assert told.attributes[0].histogram is not None
    assert sum(told.attributes[0].histogram.current) == 150


def test_what_is_significant_but_small_has_not_drifted(tmp_path: Path) -> None:
    brighter = current().add(6000, brightness_mean=0.012)

    told = Compared(tmp_path, reference().add(6000), brighter, permutations=99).result

    brightness = next(one.test for one in told.attributes if one.name == "brightness")
    assert (brightness.significant, brightness.large) == (True, False)
    assert told.drifted is False


def test_a_difference_of_looks_is_found_where_attributes_are_equal(tmp_path: Path) -> None:
    foreign = current().add(100).add(50, look=180)

    told = Compared(tmp_path, reference().add(200), foreign)

    assert told.result.drifted is True
    assert not any(one.test.drifted for one in told.result.attributes)
    assert told.result.looks is not None
    typical = {item.item_id for item in told.result.looks.typical.current}
    assert typical <= set(range(5100, 5150))
    rows = [row for row in told.items if row[0] == "typical_of_current"]
    assert [row[1] for row in rows[:24]] == [
        item.item_id for item in told.result.looks.typical.current
    ]
    assert [row[2] for row in rows] == sorted(row[2] for row in rows)
    clusters = told.result.looks.clusters
    assert clusters[0].reference == 0
    assert sum(cluster.current for cluster in clusters if not cluster.reference) == 50


def test_other_labels_are_drift_and_each_is_told(tmp_path: Path) -> None:
    one = reference().add(100, label=1).add(100, label=2)
    other = current().add(40, label=1).add(160, label=2)

    told = Compared(tmp_path, one, other).result

    assert (told.drifted, told.strongest) == (True, "label")
    assert {label.name: (label.reference, label.current) for label in told.labels} == {
        "cat": (100, 40),
        "dog": (100, 160),
    }
    assert all(label.auc is not None for label in told.labels)


def test_a_label_called_other_is_not_mixed_up_with_the_labels_that_have_no_name(
    tmp_path: Path,
) -> None:
    one = reference().add(100, label=1).add(60, label=2).add(40, label=3)
    other = current().add(100, label=1).add(60, label=2).add(40, label=3)

    told = Compared(tmp_path, one, other, labels=("cat", "other")).result

    assert {label.name: (label.reference, label.current) for label in told.labels} == {
        "cat": (100, 100),
        "other": (60, 60),
        "…": (40, 40),
    }


def test_labels_of_one_side_only_are_no_drift(tmp_path: Path) -> None:
    told = Compared(tmp_path, reference().add(100, label=1), current().add(100)).result

    assert told.labels == []
    assert "label" not in {one.name for one in told.attributes}
    assert told.drifted is False


def test_copies_count_once_and_shared_images_not_at_all(tmp_path: Path) -> None:
    one = reference().add(50).add(30, blob=7).add(1, blob=8)
    other = current().add(60).add(5, blob=8)

    told = Compared(tmp_path, one, other).result

    assert (told.reference.items, told.reference.compared) == (81, 51)
    assert (told.current.items, told.current.compared) == (65, 60)
    assert (told.shared, told.shared_counted_for) == (1, None)


@pytest.mark.parametrize(
    ("one", "other", "code", "sentence"),
    [
        (reference(), current().add(30), "empty", "the reference side has no images"),
        (reference(), current(), "empty", "both sides have no images"),
        (
            reference().add(30),
            current().add(30, readable=False),
            "unreadable",
            "the current side has no readable image",
        ),
        (reference().add(30), current().add(1), "too_few", "30 and 1 different ones"),
        (reference().add(30), current().add(30), "too_few", "goes unnoticed"),
        (reference().add(30, blob=7), current().add(30), "too_few", "1 and 30 different ones"),
        (reference().add(9, blob=7), current().add(9, blob=7), "same_images", "the same 1 images"),
    ],
)
def test_what_cannot_be_told_says_why(
    tmp_path: Path, one: Side, other: Side, code: str, sentence: str
) -> None:
    told = Compared(tmp_path, one, other).result

    assert (told.drifted, told.code) == (None, code)
    assert sentence in told.sentence


def test_few_images_suffice_where_they_differ_a_lot(tmp_path: Path) -> None:
    told = Compared(tmp_path, reference().add(30), current().add(30, brightness_mean=1.0)).result

    assert told.drifted is True


def test_images_that_all_look_the_same_have_no_looks_to_compare(tmp_path: Path) -> None:
    white = 1000  # cut off at 255

    told = Compared(tmp_path, reference().add(60, look=white), current().add(60, look=white)).result

    assert told.looks is None
    assert told.correction.tests == len(told.attributes)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    for name in ("forwards", "backwards"):
        (tmp_path / name).mkdir()

    one, other = (
        Compared(
            tmp_path / name,
            reference().add(60, label=1),
            current().add(60, label=2),
            backwards=name == "backwards",
        )
        for name in ("forwards", "backwards")
    )

    assert one.json == other.json


def test_another_seed_permutes_otherwise(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()

    one, other = (
        Compared(tmp_path / name, reference().add(60), current().add(60), seed=seed).result.looks
        for seed, name in enumerate(("one", "other"))
    )

    assert one is not None
    assert other is not None
    assert one.mmd.test.p != other.mmd.test.p
    assert one.mmd.squared == other.mmd.squared
