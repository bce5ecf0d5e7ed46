"""drift: reads what is new on both sides, then compares them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from service.catalog.image_analysis import ImageAnalysisParams
from service.db.frozen_items import Part
from service.domain.features import Extractor
from service.domain.image_features import DESCRIPTOR_BYTES, NUMBERS, SIGNATURE_BYTES
from worker.analyses.image_features import features_work, frozen, tell_paths
from worker.analyses.told import result_of
from worker.work import Run, SoloTools, SoloWork, StageWork

SIDES = ("reference", "current")
THRESHOLDS = ImageAnalysisParams().model_dump(mode="json")
"""Of the preview, which is that of an image analysis."""


async def compare(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Compares the features of both frozen versions, handed to a child as files."""
    shared = {
        "names": NUMBERS,
        "signature_bytes": SIGNATURE_BYTES,
        "descriptor_bytes": DESCRIPTOR_BYTES,
        "params": run.chunk.params,
    }
    item = await _input(run)
    result = await result_of(run, tools, "service.compute.drift.compare", item, shared)
    await tell_paths(run, _shown(result["looks"]))
    return result


async def _input(run: Run) -> dict[str, Any]:
    """The files of both sides, and the labels of either."""
    parts = [_part(run, side) for side in SIDES]
    labels = await _labels(run, parts)
    return {
        "labels": labels,
        **{
            side: await _side(run, side, part, labels)
            for side, part in zip(SIDES, parts, strict=True)
        },
    }


async def _labels(run: Run, parts: Sequence[Part]) -> list[str]:
    found = [label for part in parts for label in await run.runtime.frozen_items.labels(part)]
    return sorted(set(found))


async def _side(run: Run, side: str, part: Part, labels: Sequence[str]) -> dict[str, str]:
    features, places = run.folder.new_file(), run.folder.new_file()
    await run.runtime.features.export_descriptors(features, *_frozen(run, side))
    await run.runtime.frozen_items.export(places, part, labels)
    return {"features": str(features), "places": str(places)}


def _part(run: Run, side: str) -> Part:
    dataset_id, version, _ = _frozen(run, side)
    return Part(dataset_id, version, run.chunk.params[side]["split"])


def _frozen(run: Run, side: str) -> tuple[UUID, int, Extractor]:
    return frozen(run, of_target=side == "current")


def _shown(looks: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    if looks is None:
        return
    for items in looks["typical"].values():
        yield from items
    for cluster in looks["clusters"]:
        yield from cluster["items"]


DRIFT_WORK: Mapping[str, StageWork] = {
    "features": features_work(lambda _: THRESHOLDS),
    "target_features": features_work(lambda _: THRESHOLDS),
    "comparison": SoloWork(compare),
}
