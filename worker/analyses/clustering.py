"""clustering: reads every image that is new, then groups all by what they look like."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.catalog.image_analysis import ImageAnalysisParams
from service.domain.embeddings import Embeddings
from service.domain.image_features import DESCRIPTOR_BYTES, NUMBERS, SIGNATURE_BYTES
from worker.analyses.image_features import features_work, frozen, tell_paths, unreadable
from worker.analyses.saved_columns import save_columns
from worker.analyses.told import result_of
from worker.work import Run, SoloTools, SoloWork, StageFailed, StageWork

THRESHOLDS: Mapping[str, Any] = ImageAnalysisParams().model_dump()
"""What the images being read are shown to have meanwhile."""


async def group(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Groups all items of the frozen version; files go to the child and come back from it."""
    descriptors, columns = run.folder.new_file(), run.folder.new_file()
    embeddings = await _embeddings(run)
    item = await _input(run, descriptors, columns, embeddings)
    shared = {
        "names": NUMBERS,
        "signature_bytes": SIGNATURE_BYTES,
        "descriptor_bytes": embeddings.vector_bytes if embeddings else DESCRIPTOR_BYTES,
        "embeddings": None if embeddings is None else _told(embeddings),
        "params": run.chunk.params,
    }
    result = await result_of(run, tools, "service.compute.image_clusters.group", item, shared)
    await save_columns(run, tools, columns, result["map"]["rows"])
    await tell_paths(run, _shown(result))
    return result


async def _embeddings(run: Run) -> Embeddings | None:
    """Those of the name that was asked for, the newest where they were replaced since."""
    name: str | None = run.chunk.params.get("embeddings")
    if name is None:
        return None
    found = await run.runtime.embeddings.find(frozen(run)[0], name)
    if found is None:
        raise StageFailed("embeddings_gone", f"the dataset has no embeddings named {name!r}")
    return found


def _told(embeddings: Embeddings) -> Mapping[str, Any]:
    return {
        "id": str(embeddings.id),
        "name": embeddings.name,
        "dimensions": embeddings.dimensions,
    }


async def _input(
    run: Run, descriptors: Path, columns: Path, embeddings: Embeddings | None
) -> dict[str, Any]:
    features = run.runtime.features
    if embeddings is None:
        await features.export_descriptors(descriptors, *frozen(run))
    else:
        await features.export_embeddings(descriptors, *frozen(run), embeddings.id)
    return {
        "readable": await features.count_ready(*frozen(run)),
        "path": str(descriptors),
        "columns": str(columns),
        "unreadable": await unreadable(run),
    }


def _shown(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for card in result["cards"]:
        yield from card["examples"]
        yield from card["outliers"]
    yield from result["unassigned"]["examples"]
    yield from result["unreadable_items"]


CLUSTERING_WORK: Mapping[str, StageWork] = {
    "features": features_work(lambda _: THRESHOLDS),
    "clusters": SoloWork(group),
}
