"""Image clusters: the clustering of the images of a dataset by their descriptors."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.compute.binary_copy import read_features
from service.compute.clustering import Asked, cluster
from service.compute.distributions import attributes
from service.compute.unreadable import unreadable_rows
from service.compute.vectors import Vectors

SHOWN: Final = 24
BATCH: Final = 1000
DESCRIBED: Final = (
    "width",
    "height",
    "aspect_ratio",
    "size_bytes",
    "brightness",
    "contrast",
    "entropy",
    "sharpness",
    "saturation",
    "colourfulness",
    "colour_cast",
    "noise",
)
"""Attributes that every image has and that a person sees."""

Json = dict[str, Any]


def group(item: Json, shared: Json) -> Iterator[Json]:
    """Groups the descriptors in the binary COPY file ``item["path"]``, in the order of their ids.

    Where ``shared["embeddings"]`` names some, their vectors are in place of descriptors.

    Yields ``{"progress": 0..1}``, ``{"items": rows}`` and at last ``{"result": …}``, and writes the
    columns of the map to ``item["columns"]``; ``unreadable`` lists the items without descriptors.
    """
    names: Sequence[str] = shared["names"]
    unreadable: Sequence[Json] = item["unreadable"]
    embeddings: Json | None = shared["embeddings"]
    rows = read_features(
        Path(item["path"]),
        numbers=len(names),
        signature_bytes=shared["signature_bytes"],
        descriptor_bytes=shared["descriptor_bytes"],
    )
    columns = rows["numbers"]["value"]
    numbers = {name: columns[:, n].astype(np.float64) for n, name in enumerate(names)}
    found = attributes(numbers)
    described = {name: found[name] for name in DESCRIBED}
    ids = rows["item_id"].astype(np.int64)
    vectors = _vectors(rows["descriptor"], embeddings)
    for told in cluster(ids, vectors, described, Asked.of(shared["params"]), Path(item["columns"])):
        if "result" not in told:
            yield told
            continue
        yield from _outlier_rows(told["outliers"])
        yield from unreadable_rows(unreadable)
        result = told["result"] | _counts(item["readable"], unreadable)
        yield {"result": result | _compared(result, item["readable"] - len(ids), embeddings)}


def _vectors(columns: NDArray[np.uint8], embeddings: Json | None) -> Vectors:
    if embeddings is None:
        return Vectors(columns)
    return Vectors(columns.view("<f2"), unit_length=True)


def _compared(result: Json, without: int, embeddings: Json | None) -> Json:
    """What the items were compared by, and a note where some have no vector."""
    if embeddings is None:
        return {"embeddings": None}
    compared = embeddings | {"similarity": "cosine", "without_vector": without}
    detail = f"{without} items have no vector in {embeddings['name']!r}, and are in no cluster"
    notes = [{"code": "without_vector", "detail": detail}] if without else []
    return {"embeddings": compared, "notes": [*result["notes"], *notes]}


def _counts(readable: int, unreadable: Sequence[Json]) -> Json:
    return {
        "items": readable + len(unreadable),
        "unreadable": len(unreadable),
        "unreadable_items": [dict(one) for one in unreadable[:SHOWN]],
    }


def _outlier_rows(outliers: Sequence[tuple[int, float, int | None]]) -> Iterator[Json]:
    for start in range(0, len(outliers), BATCH):
        yield {
            "items": [
                ["outlier", id_, score, {"cluster": cluster}]
                for id_, score, cluster in outliers[start : start + BATCH]
            ]
        }
