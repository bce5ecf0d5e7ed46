"""EDA: every item is counted once, and what cannot be told says why."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.compute.eda import explore
from service.compute.images import NAMES
from tests.exported import write_features, write_integers

THRESHOLDS = {
    "dark_threshold": 0.32,
    "light_threshold": 0.05,
    "blurry_threshold": 0.29,
    "low_information_threshold": 0.3,
}
GOOD = {
    "width": 640.0,
    "height": 480.0,
    "size_bytes": 50_000.0,
    "mode_code": 1.0,
    "orientation": 1.0,
    "frames": 1.0,
    "brightness_mean": 0.5,
    "brightness_p99": 0.9,
    "entropy": 7.5,
    "blur_edges": 60.0,
    "blur_std": 12.0,
}
NEVER = np.iinfo(np.int64).min
KEYS = {None: 0, "cat": 11, "dog": 22, "train": 101, "test": 102, "val": 103}


@dataclass(frozen=True)
class Image:
    """An item that needs no pixels; an unreadable one has a reason."""

    id: int
    label: str | None = None
    split: str | None = None
    looks: int | None = None
    pixels: int | None = None
    camera: int = 0
    taken: int = NEVER
    located: bool = False
    unreadable: str | None = None
    numbers: dict[str, float] = field(default_factory=dict[str, float])


Explored = Callable[..., tuple[list[list[Any]], dict[str, Any]]]


@pytest.fixture
def explored(tmp_path: Path) -> Explored:
    """The rows and the result of some items."""

    def run(items: list[Image], distance: int = 4) -> tuple[list[list[Any]], dict[str, Any]]:
        readable = [item for item in items if item.unreadable is None]
        write_features(
            tmp_path / "images",
            [item.id for item in readable],
            np.reshape([_numbers(item) for item in readable], (-1, len(NAMES))),
            np.array([_signature(item) for item in readable], np.uint8).reshape(-1, 24),
        )
        write_integers(tmp_path / "items", np.reshape([_names(item) for item in items], (-1, 6)))
        told = list(
            explore(
                {
                    "images": str(tmp_path / "images"),
                    "items": str(tmp_path / "items"),
                    "unreadable": [
                        {"item_id": item.id, "code": item.unreadable, "detail": "so it is"}
                        for item in items
                        if item.unreadable
                    ],
                },
                {"names": NAMES, "thresholds": THRESHOLDS, "distance": distance},
            )
        )
        json.dumps(told, allow_nan=False)
        progress = [part["progress"] for part in told if "progress" in part]
        assert progress == sorted(progress)
        assert all(len(part.get("items", [])) <= 1000 for part in told)
        return [row for part in told for row in part.get("items", [])], told[-1]["result"]

    return run


def _numbers(item: Image) -> list[float]:
    return [float((GOOD | item.numbers).get(name, 0.0)) for name in NAMES]


def _signature(item: Image) -> list[int]:
    looks = far(item.id) if item.looks is None else item.looks
    pixels = item.id if item.pixels is None else item.pixels
    return list(looks.to_bytes(8, "big") + pixels.to_bytes(16, "big"))


def _names(item: Image) -> list[int]:
    return [
        item.id,
        KEYS[item.label],
        KEYS[item.split],
        item.camera,
        item.taken,
        int(item.located),
    ]


def far(number: int) -> int:
    """64 bits that are far from those of any other number."""
    return int(np.random.default_rng(number).integers(0, 2**63))


def part(result: dict[str, Any], name: str) -> dict[str, Any]:
    return next(told for told in result["health"]["parts"] if told["name"] == name)


def test_labels_are_counted_with_the_first_item_of_each(explored: Explored) -> None:
    items = [Image(5, "dog"), Image(6, "cat"), Image(7, "cat"), Image(8, unreadable="truncated")]

    _, result = explored(items)

    labels = result["labels"]
    assert [(told["items"], told["example"]["item_id"]) for told in labels["shown"]] == [
        (2, 6),
        (1, 5),
    ]
    assert (labels["named"], labels["unnamed"], labels["different"]) == (3, 1, 2)
    assert labels["balance"]["imbalance_ratio"] == 2


def test_copies_with_different_labels_are_conflicts_exact_ones_first(explored: Explored) -> None:
    items = [
        Image(1, "cat", looks=far(1), pixels=9),
        Image(2, "dog", looks=far(1) ^ 0b11, pixels=8),
        Image(3, "cat", looks=far(2), pixels=7),
        Image(4, "dog", looks=far(2), pixels=7),
        Image(5, "dog", looks=far(3), pixels=6),
        Image(6, "dog", looks=far(3), pixels=6),
    ]

    rows, result = explored(items)

    conflicts = result["label_conflicts"]
    assert [row[:3] for row in rows] == [
        ["label_conflict", 3, 0.0],
        ["label_conflict", 4, 0.0],
        ["label_conflict", 1, 0.5],
        ["label_conflict", 2, 0.5],
    ]
    assert {row[3]["group"] for row in rows[:2]} != {row[3]["group"] for row in rows[2:]}
    assert (conflicts["groups"], conflicts["items"]) == (2, 4)
    assert (conflicts["exact_groups"], conflicts["exact_items"]) == (1, 2)
    assert [group["exact"] for group in conflicts["shown"]] == [True, False]
    assert part(result, "label_conflicts")["share"] == pytest.approx(4 / 6)


def test_copies_in_different_splits_are_leaks(explored: Explored) -> None:
    items = [Image(n, "cat", "train", pixels=n, looks=far(n)) for n in range(1, 9)]
    items += [Image(20, "cat", "test", pixels=1, looks=far(1)), Image(21, "cat", "test")]

    rows, result = explored(items)

    train, test = result["splits"]["shown"]
    assert [row[:2] for row in rows] == [["split_leak", 1], ["split_leak", 20]]
    assert (train["leaked"], train["copies_in_reference"]) == (1, None)
    assert (test["leaked"], test["copies_in_reference"]) == (1, 1)
    assert part(result, "split_leaks")["share"] == 0.5


def test_the_unlabelled_conflict_with_nobody(explored: Explored) -> None:
    items = [Image(1, "cat", pixels=9, looks=9), Image(2, None, pixels=9, looks=9), Image(3, "dog")]

    rows, result = explored(items)

    assert rows == []
    assert result["label_conflicts"]["groups"] == 0
    assert result["duplicates"]["exact"] == {"groups": 1, "items": 2, "surplus": 1}


def test_a_shown_group_shows_as_many_labels_as_it_has(explored: Explored) -> None:
    items = [Image(n, "cat", pixels=9, looks=9) for n in range(100)]
    items.append(Image(100, "dog", pixels=9, looks=9))

    _, result = explored(items)

    (group,) = result["label_conflicts"]["shown"]
    assert (group["items"], group["names"], len(group["shown"])) == (101, 2, 24)
    assert {"item_id": 100} in group["shown"]


def test_labels_of_splits_are_compared_with_the_largest(explored: Explored) -> None:
    items = [Image(n, "cat" if n % 2 else "dog", "train") for n in range(60)]
    items += [Image(100 + n, "cat", "test") for n in range(20)]
    items += [Image(200 + n, "cat" if n % 2 else "dog", "val") for n in range(10)]

    _, result = explored(items)

    train, test, val = result["splits"]["shown"]
    assert [train["labels"], test["labels"], val["labels"]] == [[30, 30], [20, 0], [5, 5]]
    assert train["shift"] is None
    assert (test["shift"]["difference"], val["shift"]["difference"]) == (0.5, 0.0)
    assert test["shift"]["p"] < 0.01 < val["shift"]["p"]


def test_files_are_counted_by_format_with_their_bytes(explored: Explored) -> None:
    pixels = {"width": 100.0, "height": 80.0}
    items = [
        Image(1, numbers={**pixels, "format_code": 0, "size_bytes": 1000}),
        Image(2, numbers={**pixels, "format_code": 0, "size_bytes": 3000}),
        Image(3, numbers={**pixels, "format_code": -1, "size_bytes": 500}),
    ]

    _, result = explored(items)

    assert result["total_bytes"] == 4500
    assert result["formats"] == [
        {"name": "JPEG", "items": 2, "size_bytes": 4000, "bits_per_pixel": 2.0},
        {"name": "other", "items": 1, "size_bytes": 500, "bits_per_pixel": 0.5},
    ]


def test_what_exif_data_say_is_counted_and_positions_are_not_told(explored: Explored) -> None:
    day = 86_400
    items = [
        Image(1, camera=7, taken=0, located=True),
        Image(2, camera=7, taken=day, numbers={"orientation": 6}),
        Image(3, camera=8, taken=day + 5),
        Image(4),
    ]

    _, result = explored(items)

    origins = result["origins"]
    assert [told["items"] for told in origins["cameras"]["shown"]] == [2, 1]
    assert origins["cameras"]["unnamed"] == 1
    assert origins["taken"]["periods"] == [
        {"period": "1970-01-01", "items": 1},
        {"period": "1970-01-02", "items": 2},
    ]
    assert origins["located"] == {"items": 1, "shown": [{"item_id": 1}]}
    assert origins["orientations"] == {"1": 3, "6": 1}


def test_the_unreadable_are_told_by_reason(explored: Explored) -> None:
    items = [Image(1), Image(2, unreadable="truncated"), Image(3, unreadable="truncated")]
    items.append(Image(4, unreadable="empty_file"))

    rows, result = explored(items)

    assert [(told["code"], told["items"]) for told in result["unreadable_reasons"]] == [
        ("truncated", 2),
        ("empty_file", 1),
    ]
    assert Counter(row[0] for row in rows) == {"unreadable": 3}
    assert part(result, "unreadable")["share"] == 0.75


def test_an_empty_dataset_is_a_whole_result(explored: Explored) -> None:
    rows, result = explored([])

    assert rows == []
    assert (result["items"], result["health"], result["sizes"]) == (0, None, None)
    assert set(result["untold"].values()) == {"no_items"}


def test_where_nothing_can_be_read_health_is_lost_and_the_rest_says_why(explored: Explored) -> None:
    _, result = explored([Image(1, unreadable="empty_file"), Image(2, unreadable="empty_file")])

    assert result["health"]["score"] == 0
    assert result["sizes"] is None
    assert result["untold"]["sizes"] == "no_images"
    assert result["attributes"]["megapixels"]["count"] == 0


def test_one_item_without_a_name_is_told_as_far_as_it_goes(explored: Explored) -> None:
    _, result = explored([Image(1)])

    assert result["health"]["score"] == 100
    assert result["untold"] == {
        "labels.balance": "no_labels",
        "splits.shift": "no_splits",
        "label_conflicts": "no_labels",
        "split_leaks": "no_splits",
        "origins.cameras": "no_exif",
        "origins.taken": "no_exif",
    }
    assert part(result, "label_imbalance")["weight"] is None


def mixture(count: int = 300) -> list[Image]:
    """Items of all sorts, the same each time."""
    random = np.random.default_rng(3)
    return [
        Image(
            n * 3 + 1,
            [None, "cat", "cat", "dog"][random.integers(4)],
            [None, "train", "train", "test", "val"][random.integers(5)],
            looks=far(int(random.integers(60))),
            pixels=int(random.integers(200)),
            camera=int(random.integers(4)),
            taken=int(random.integers(10**9)),
            located=bool(random.integers(2)),
            unreadable="truncated" if random.random() < 0.05 else None,
            numbers={
                "width": float(random.integers(50, 2000)),
                "height": float(random.integers(50, 2000)),
                "brightness_p99": float(random.random()),
                "format_code": float(random.integers(-1, 4)),
            },
        )
        for n in range(count)
    ]


def test_the_order_of_the_rows_changes_nothing(explored: Explored) -> None:
    items = mixture()
    once = explored(items)

    # those that could not be read come by id from the database, as rows do not
    readable = [item for item in items if item.unreadable is None]
    unreadable = [item for item in items if item.unreadable is not None]

    assert explored(readable[::-1] + unreadable) == once


def test_every_item_is_in_every_count_once(explored: Explored) -> None:
    _, result = explored(mixture())

    assert result["items"] == 300
    for names in (result["labels"], result["splits"], result["origins"]["cameras"]):
        shown = sum(told["items"] for told in names["shown"])
        assert shown + names["rest"]["items"] + names["unnamed"] == 300
    assert sum(cell["items"] for cell in result["sizes"]["cells"]) == result["analysed"]
    assert sum(told["items"] for told in result["formats"]) == result["analysed"]
    for split in result["splits"]["shown"]:
        assert sum(split["labels"]) + split["rest_labels"] + split["unlabelled"] == split["items"]


def test_other_ids_of_the_same_order_change_only_the_ids(explored: Explored) -> None:
    items = mixture()

    _, result = explored(items)
    _, moved = explored([replace(item, id=item.id + 1000, looks=item.looks) for item in items])

    assert moved["health"] == result["health"]
    assert moved["sizes"]["edges"] == result["sizes"]["edges"]
    assert moved["duplicates"] == result["duplicates"]


def test_turned_images_turn_the_size_map(explored: Explored) -> None:
    items = mixture()
    turned = [
        replace(
            item,
            numbers=item.numbers
            | {"width": item.numbers["height"], "height": item.numbers["width"]},
        )
        for item in items
    ]

    one, other = (explored(each)[1]["sizes"] for each in (items, turned))

    assert one["edges"] == other["edges"]
    cells = {(cell["x"], cell["y"]): cell["items"] for cell in one["cells"]}
    assert cells == {(cell["y"], cell["x"]): cell["items"] for cell in other["cells"]}


def test_a_dataset_with_everything_twice_has_the_same_shares_and_twice_the_counts(
    explored: Explored,
) -> None:
    items = [replace(item, pixels=item.id, looks=far(item.id)) for item in mixture(100)]
    items = [item for item in items if item.unreadable is None]

    _, once = explored(items)
    _, twice = explored(items + [replace(item, id=item.id + 10_000) for item in items])

    assert twice["labels"]["balance"] == pytest.approx(once["labels"]["balance"])
    assert twice["total_bytes"] == 2 * once["total_bytes"]
    assert part(twice, "exact_duplicates")["share"] == 0.5
    assert twice["label_conflicts"]["exact_groups"] == 0
    assert twice["health"]["score"] < once["health"]["score"]
