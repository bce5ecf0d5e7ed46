"""Drift: from the features of two datasets to whether, how much and in what they differ."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.binary_copy import read_features, read_integers
from service.compute.drift_attributes import Attribute, compare_attributes
from service.compute.drift_looks import SHOWN, Looks, compare_looks, told_labels
from service.compute.drift_samples import LEAST, Sample, Sides, independent
from service.compute.drift_verdict import Judged, judge, nothing_tested, verdict

SIDES: Final = ("reference", "current")
PLACES: Final = 3
"""Columns of a file of places."""
BATCH: Final = 1000
READ: Final = 0.1
ATTRIBUTES: Final = 0.4
LOOKS: Final = 0.9
"""Shares of the work that are done when all is read, and when each part is compared."""

Json = dict[str, Any]


def compare(item: Json, shared: Json) -> Iterator[Json]:
    """Compares two sides; ``item`` has of each the binary COPY files ``features`` and ``places``.

    Places are (item id, blob id, number of its label in ``labels`` from 1, or 0) of the items that
    count. ``shared`` has ``names`` and widths of the features, and the ``params``. Yields
    ``{"progress": 0..1}``, ``{"items": rows}`` and at last ``{"result": …}``. The same input and
    seed give the same output, in whatever order rows come.
    """
    params: Mapping[str, Any] = shared["params"]
    labels: Sequence[str] = item["labels"]
    rng = np.random.default_rng(params["seed"])
    places = [_places(item[side]) for side in SIDES]
    samples = [_sample(item[side], rows, shared) for side, rows in zip(SIDES, places, strict=True)]
    sides = independent(*samples)
    yield {"progress": READ}
    attributes: list[Attribute] = []
    looks: Looks | None = None
    if min(len(sides.reference), len(sides.current)) >= LEAST:
        permutations = params["permutations"]
        attributes = list(
            compare_attributes(
                sides.reference, sides.current, labels, params, tables=permutations, rng=rng
            )
        )
        yield {"progress": ATTRIBUTES}
        looks = compare_looks(sides.reference, sides.current, permutations=permutations, rng=rng)
        yield {"progress": LOOKS}
    if looks:
        yield from _rows(looks)
    sizes = _by_side(*map(len, places))
    readable = _by_side(*map(len, samples))
    yield {"result": _result(sizes, readable, sides, attributes, looks, labels, params)}


def _places(told: Json) -> NDArray[np.int64]:
    """(N, 3) integers by item id."""
    rows = read_integers(Path(told["places"]), PLACES)
    return rows[np.argsort(rows[:, 0], kind="stable")]


def _sample(told: Json, places: NDArray[np.int64], shared: Json) -> Sample:
    """The readable items of a side; features of other items of the dataset are passed over."""
    names: Sequence[str] = shared["names"]
    rows = read_features(
        Path(told["features"]),
        numbers=len(names),
        signature_bytes=shared["signature_bytes"],
        descriptor_bytes=shared["descriptor_bytes"],
    )
    order = np.argsort(rows["item_id"], kind="stable")
    ids = rows["item_id"][order].astype(np.int64)
    counting = places[np.isin(places[:, 0], ids)]
    found = order[np.searchsorted(ids, counting[:, 0])]
    columns = rows["numbers"]["value"]
    return Sample(
        ids=counting[:, 0],
        blobs=counting[:, 1],
        numbers={name: columns[:, n][found].astype(np.float64) for n, name in enumerate(names)},
        labels=counting[:, 2].astype(np.intp) - 1,
        descriptors=rows["descriptor"][found],
    )


def _rows(looks: Looks) -> Iterator[Json]:
    """Every image whose looks were compared; the score is the chance to be of the other side."""
    for side, items in looks.typical().items():
        for start in range(0, len(items), BATCH):
            part = items[start : start + BATCH]
            yield {"items": [[f"typical_of_{side}", id_, score, None] for id_, score in part]}


def _result(
    sizes: Mapping[str, int],
    readable: Mapping[str, int],
    sides: Sides,
    attributes: Sequence[Attribute],
    looks: Looks | None,
    labels: Sequence[str],
    params: Mapping[str, Any],
) -> Json:
    left = _by_side(len(sides.reference), len(sides.current))
    tests = [one.test for one in attributes] + list(looks.tests if looks else ())
    judged = judge(tests, params)
    decided = (
        verdict(judged, len(sides.reference), len(sides.current), params["alpha"])
        if judged
        else nothing_tested(sizes, readable, left, sides.shared)
    )
    return {
        **asdict(decided),
        **{
            side: {
                "items": sizes[side],
                "unreadable": sizes[side] - readable[side],
                "compared": left[side],
            }
            for side in SIDES
        },
        "shared": sides.shared,
        "shared_counted_for": sides.counted_for,
        "correction": {
            "method": "benjamini_hochberg",
            "tests": len(judged),
            "alpha": params["alpha"],
        },
        "attributes": _attributes(attributes, judged),
        "looks": _looks(looks, judged[len(attributes) :]) if looks else None,
        "labels": _labels(attributes, labels, looks),
    }


def _by_side(reference: int, current: int) -> dict[str, int]:
    return {"reference": reference, "current": current}


def _attributes(attributes: Sequence[Attribute], judged: Sequence[Judged]) -> list[Json]:
    """What drifted first, then by how much."""
    told = [
        {**one.told, "test": its.told()}
        for one, its in zip(attributes, judged[: len(attributes)], strict=True)
    ]
    return sorted(
        told,
        key=lambda one: (not one["test"]["drifted"], -one["test"]["effect"], one["name"]),
    )


def _looks(looks: Looks, judged: Sequence[Judged]) -> Json:
    return {
        "compared": {"reference": len(looks.reference), "current": len(looks.current)},
        "mmd": {**looks.mmd, "test": judged[0].told()},
        "classifier": {**looks.classifier, "test": judged[1].told()},
        "typical": {
            side: [{"item_id": id_, "score": score} for id_, score in items[:SHOWN]]
            for side, items in looks.typical().items()
        },
        "clusters": looks.clusters,
    }


def _labels(
    attributes: Sequence[Attribute], labels: Sequence[str], looks: Looks | None
) -> list[Json]:
    return [
        told
        for one in attributes
        if one.test.name == "label"
        for told in told_labels(one.told["categories"], labels, looks)
    ]
