"""Image summary: from the features of all images of a dataset to its issues and distributions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.compute.binary_copy import read_features
from service.compute.decoding import FORMATS, MODES
from service.compute.distributions import attributes, describe
from service.compute.duplicates import equal_groups, near_groups
from service.compute.issues import scores

SHOWN = 24
"""Items of an issue, and groups of duplicates, that the result itself holds."""
SHOWN_MEMBERS = 24
BATCH = 1000
SIGNATURE_BYTES = 24
HASH_BYTES = 8

Row = list[Any]
"""[kind, item id, score, data]"""
Groups = list[NDArray[np.intp]]


def summarise(item: dict[str, Any], shared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Sums up the features in the binary COPY file ``item["path"]``.

    Yields ``{"progress": 0..1}``, ``{"items": rows}`` and at last ``{"result": …}``; ``unreadable``
    lists the items without features. ``shared`` has the ``names`` of the numbers and the
    ``thresholds``. The same input gives the same output.
    """
    names: Sequence[str] = shared["names"]
    thresholds: Mapping[str, float] = shared["thresholds"]
    rows = read_features(Path(item["path"]), numbers=len(names), signature_bytes=SIGNATURE_BYTES)
    ids = rows["item_id"].astype(np.int64)
    numbers = {
        name: rows["numbers"]["value"][:, n].astype(np.float64) for n, name in enumerate(names)
    }
    yield {"progress": 0.2}
    issues = [_issue(name, told, ids, thresholds) for name, told in scores(numbers).items()]
    exact, near = _duplicates(rows["signature"], int(thresholds["near_duplicate_distance"]))
    issues += [
        _group_issue("exact_duplicates", exact, ids),
        _group_issue("near_duplicates", near, ids),
    ]
    issues.append(_unreadable(item["unreadable"]))
    yield {"progress": 0.6}
    for _, flagged in issues:
        for start in range(0, len(flagged), BATCH):
            yield {"items": flagged[start : start + BATCH]}
    yield {"progress": 0.9}
    total = len(ids) + len(item["unreadable"])
    yield {
        "result": {
            "items": total,
            "analysed": len(ids),
            "unreadable": len(item["unreadable"]),
            "attributes": {
                name: describe(name, told) for name, told in attributes(numbers).items()
            },
            "formats": _named_counts(numbers["format_code"], FORMATS),
            "modes": _named_counts(numbers["mode_code"], MODES),
            "animated": int((numbers["frames"] > 1).sum()),
            "rotated": int((numbers["orientation"] != 1).sum()),
            "issues": [_told(issue, flagged, total) for issue, flagged in issues],
            "duplicates": {"exact": _shown(exact, ids), "near": _shown(near, ids)},
        }
    }


def _issue(
    name: str, told: NDArray[np.float64], ids: NDArray[np.int64], thresholds: Mapping[str, float]
) -> tuple[dict[str, Any], list[Row]]:
    """Items whose score is below the threshold, worst first, then by id."""
    threshold = thresholds.get(f"{name}_threshold")
    flagged = np.flatnonzero(told < (0.5 if threshold is None else threshold))
    order = flagged[np.lexsort((ids[flagged], told[flagged]))]
    rows: list[Row] = [
        [name, id_, score, None]
        for id_, score in zip(ids[order].tolist(), told[order].tolist(), strict=True)
    ]
    return {"name": name, "threshold": threshold}, rows


def _duplicates(signatures: NDArray[np.void], distance: int) -> tuple[Groups, Groups]:
    """(exact, near) groups of indices; of exact copies only the first takes part in near groups."""
    raw = np.ascontiguousarray(signatures).view(np.uint8).reshape(len(signatures), SIGNATURE_BYTES)
    digests = np.ascontiguousarray(raw[:, HASH_BYTES:]).view("V16").ravel()
    hashes = np.ascontiguousarray(raw[:, :HASH_BYTES]).view(np.uint64).ravel()
    exact = equal_groups(digests)
    copies = np.zeros(len(signatures), bool)
    for group in exact:
        copies[group[1:]] = True
    distinct = np.flatnonzero(~copies)
    return exact, [distinct[group] for group in near_groups(hashes[distinct], distance)]


def _group_issue(
    name: str, groups: Groups, ids: NDArray[np.int64]
) -> tuple[dict[str, Any], list[Row]]:
    rows: list[Row] = [
        [name, id_, 0.0, {"group": n}]
        for n, group in enumerate(groups)
        for id_ in ids[group].tolist()
    ]
    return {"name": name, "threshold": None}, rows


def _unreadable(told: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[Row]]:
    rows: list[Row] = [
        ["unreadable", one["item_id"], 0.0, {"code": one["code"], "detail": one["detail"]}]
        for one in told
    ]
    return {"name": "unreadable", "threshold": None}, rows


def _told(issue: Mapping[str, Any], rows: Sequence[Row], total: int) -> dict[str, Any]:
    return {
        **issue,
        "count": len(rows),
        "share": len(rows) / total if total else 0.0,
        "items": [_flagged(*row) for row in rows[:SHOWN]],
    }


def _flagged(kind: str, item_id: int, score: float, data: Any) -> dict[str, Any]:
    told = {"item_id": item_id, "score": score}
    return told | {"reason": data} if kind == "unreadable" else told


def _shown(groups: Groups, ids: NDArray[np.int64]) -> dict[str, Any]:
    largest = sorted(groups, key=lambda group: (-len(group), int(group[0])))[:SHOWN]
    return {
        "groups": len(groups),
        "items": sum(len(group) for group in groups),
        "shown": [
            [{"item_id": id_} for id_ in ids[group[:SHOWN_MEMBERS]].tolist()] for group in largest
        ],
    }


def _named_counts(codes: NDArray[np.float64], names: Sequence[str]) -> dict[str, int]:
    counts = Counter(int(code) for code in codes)
    return {
        names[code] if code >= 0 else "other": count
        for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    }
