"""Image summary: from the features of all images of a dataset to its issues and distributions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute import copies, outliers, score_columns
from service.compute.binary_copy import read_features
from service.compute.copies import SIGNATURE_BYTES, Groups
from service.compute.decoding import ANIMATED, FORMATS, MODES
from service.compute.distributions import attributes, describe, named_counts
from service.compute.duplicates import NO_GROUP
from service.compute.issues import scores
from service.compute.unreadable import unreadable_rows

SHOWN: Final = 24
"""Items of an issue, groups of duplicates and members of a group that the result itself holds."""
BATCH: Final = 1000
SCORED: Final = 0.25
COMPARED: Final = 0.8
"""Shares of the work that are done when the issues are scored, and duplicates are found."""

HALF: Final = 0.5

Ids = NDArray[np.int64]
Scores = NDArray[np.float64]
Places = NDArray[np.intp]
Json = dict[str, Any]


@dataclass(frozen=True)
class Flagged:
    """The items of one issue, worst first."""

    name: str
    threshold: float | None
    ids: Ids
    scores: NDArray[np.float64]
    data: Mapping[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])
    """What else is known of each item, by name."""

    def rows(self) -> Iterator[Json]:
        """``{"items": [[kind, item id, score, data], …]}``, at most ``BATCH`` at a time."""
        for start in range(0, len(self.ids), BATCH):
            part = slice(start, start + BATCH)
            ids, told = self.ids[part].tolist(), self.scores[part].tolist()
            data = self._data(part)
            yield {"items": [[self.name, *row] for row in zip(ids, told, data, strict=True)]}

    def _data(self, part: slice) -> list[Json] | list[None]:
        if not self.data:
            return [None] * len(self.ids[part])
        columns = [column[part].tolist() for column in self.data.values()]
        return [dict(zip(self.data, row, strict=True)) for row in zip(*columns, strict=True)]

    def told(self, total: int) -> Json:
        """What the result says of it."""
        shown = slice(SHOWN)
        rows = zip(
            self.ids[shown].tolist(), self.scores[shown].tolist(), self._data(shown), strict=True
        )
        return {
            "name": self.name,
            "threshold": self.threshold,
            "count": len(self.ids),
            "share": len(self.ids) / total if total else 0.0,
            "items": [{"item_id": id_, "score": score, "data": data} for id_, score, data in rows],
        }


def summarise(item: Json, shared: Json) -> Iterator[Json]:
    """Sums up the features in the binary COPY file ``item["path"]``.

    Yields ``{"progress": 0..1}``, ``{"items": rows}`` and at last ``{"result": …}``; ``unreadable``
    lists the items without features. ``shared`` has the ``names`` of the numbers, the
    ``thresholds``, and the names of the ``scores`` of every item that are written to
    ``item["columns"]``. The same input gives the same output, in whatever order the rows come.
    """
    names: Sequence[str] = shared["names"]
    thresholds: Mapping[str, float] = shared["thresholds"]
    unreadable: Sequence[Json] = item["unreadable"]
    rows = read_features(Path(item["path"]), numbers=len(names), signature_bytes=SIGNATURE_BYTES)
    order = np.argsort(rows["item_id"], kind="stable")
    ids = rows["item_id"][order].astype(np.int64)
    columns = rows["numbers"]["value"]
    numbers = {name: columns[:, n][order].astype(np.float64) for n, name in enumerate(names)}
    total = len(ids) + len(unreadable)
    shown = attributes(numbers)
    scored = scores(numbers)
    issues = [_issue(name, told, ids, thresholds) for name, told in scored.items()]
    labels = rows["label"][order].astype(np.int64)
    issue, scored["label_outliers"] = _outliers(
        shown, labels, ids, thresholds["label_outlier_deviations"]
    )
    issues.append(issue)
    yield {"progress": SCORED}
    distance = int(thresholds["near_duplicate_distance"])
    found = yield from copies.find(rows["signature"][order], distance, since=SCORED, until=COMPARED)
    worth = _worth(numbers)
    scored["exact_duplicates"] = _rarity(found.exact)
    scored["near_duplicates"] = _rarity(found.near)
    issues.append(_grouped("exact_duplicates", None, found.exact, ids, worth))
    issues.append(_grouped("near_duplicates", float(found.distance), found.near, ids, worth))
    _write(item, ids, [scored[name] for name in shared["scores"]])
    yield {"progress": COMPARED}
    for issue in issues:
        yield from issue.rows()
    yield from unreadable_rows(unreadable)
    yield {
        "result": {
            "items": total,
            "analysed": len(ids),
            "unreadable": len(unreadable),
            "attributes": {name: describe(name, told) for name, told in shown.items()},
            "formats": named_counts(numbers["format_code"], FORMATS),
            "modes": named_counts(numbers["mode_code"], MODES),
            "animated": _animated(numbers),
            "rotated": int((numbers["orientation"] != 1).sum()),
            "issues": [issue.told(total) for issue in issues] + [_unreadable(unreadable, total)],
            "duplicates": {
                "exact": _shown(found.exact, ids, worth),
                "near": _shown(found.near, ids, worth),
            },
        }
    }


def _issue(
    name: str, told: NDArray[np.float64], ids: Ids, thresholds: Mapping[str, float]
) -> Flagged:
    """Items whose score is below the threshold, worst first, then by id."""
    threshold = thresholds.get(f"{name}_threshold")
    flagged = np.flatnonzero(_below(told, HALF if threshold is None else threshold))
    order = flagged[np.lexsort((ids[flagged], told[flagged]))]
    return Flagged(name, threshold, ids[order], told[order])


def _outliers(
    attributes: Mapping[str, Scores], labels: Ids, ids: Ids, deviations: float
) -> tuple[Flagged, Scores]:
    """Items further from their label than so many deviations: the further the lower the score.

    With the scores of all: 1 / deviations, 1 within one deviation, NaN where there are too few.
    """
    away, names = outliers.worst(attributes, labels)
    told = 1 / np.maximum(np.abs(away), 1)
    told[~outliers.compared(labels)] = np.nan
    threshold = 1 / deviations
    found = np.flatnonzero(_below(told, threshold))
    order = found[np.lexsort((ids[found], -np.abs(away[found])))]
    data = {"attribute": names[order], "deviations": away[order]}
    return Flagged("label_outliers", threshold, ids[order], told[order], data), told


def _below(scores: Scores, threshold: float) -> NDArray[np.bool_]:
    """In the precision in which scores are told, so that counting them again finds no others."""
    return score_columns.single(scores) < np.float32(threshold)


def _grouped(
    name: str, threshold: float | None, groups: Groups, ids: Ids, worth: Places
) -> Flagged:
    """Items of groups: the larger the group the lower the score, 1 / its size."""
    members = np.flatnonzero(groups != NO_GROUP)
    told = _rarity(groups)[members]
    order = np.lexsort((worth[members], groups[members], told))
    members = members[order]
    data = {"group": groups[members], "keep": _firsts(groups[members])}
    return Flagged(name, threshold, ids[members], told[order], data)


def _rarity(groups: Groups) -> Scores:
    """1 / the size (N,) of each item's group, 1 where it has none."""
    told = np.ones(len(groups))
    members = np.flatnonzero(groups != NO_GROUP)
    told[members] = 1 / np.bincount(groups[members])[groups[members]]
    return told


def _write(item: Json, ids: Ids, scored: Sequence[Scores]) -> None:
    unreadable = np.array([one["item_id"] for one in item["unreadable"]], np.int64)
    score_columns.write(Path(item["columns"]), ids, unreadable, scored)


def _worth(numbers: Mapping[str, NDArray[np.float64]]) -> Places:
    """The rank (N,) of each item as the one to keep: most pixels, sharpest, most bytes, first."""
    pixels = numbers["width"] * numbers["height"]
    order = np.lexsort((-numbers["size_bytes"], -numbers["sharpness"], -pixels))
    ranks = np.empty(len(order), np.intp)
    ranks[order] = np.arange(len(order))
    return ranks


def _firsts(groups: Groups) -> NDArray[np.bool_]:
    """Which members, that stand group by group, are the first of theirs."""
    firsts = np.ones(len(groups), bool)
    firsts[1:] = groups[1:] != groups[:-1]
    return firsts


def _unreadable(unreadable: Sequence[Json], total: int) -> Json:
    return {
        "name": "unreadable",
        "threshold": None,
        "count": len(unreadable),
        "share": len(unreadable) / total if total else 0.0,
        "items": [
            {
                "item_id": one["item_id"],
                "score": 0.0,
                "reason": {"code": one["code"], "detail": one["detail"]},
            }
            for one in unreadable[:SHOWN]
        ],
    }


def _shown(groups: Groups, ids: Ids, worth: Places) -> Json:
    """How many groups and items, and the members of the largest groups, larger ones first."""
    members = np.flatnonzero(groups != NO_GROUP)
    sizes = np.bincount(groups[members])
    largest = np.lexsort((np.arange(len(sizes)), -sizes))[:SHOWN]
    best = members[np.argsort(worth[members])]
    return {
        "groups": len(sizes),
        "items": len(members),
        "shown": [
            [
                {"item_id": id_, "keep": place == 0}
                for place, id_ in enumerate(ids[best[groups[best] == group][:SHOWN]].tolist())
            ]
            for group in largest.tolist()
        ],
    }


def _animated(numbers: Mapping[str, NDArray[np.float64]]) -> int:
    """Images with several frames, in formats whose frames follow each other in time."""
    moving = np.isin(numbers["format_code"], [FORMATS.index(name) for name in ANIMATED])
    return int((moving & (numbers["frames"] > 1)).sum())
