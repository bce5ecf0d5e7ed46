"""eda: reads every image that is new, then tells what is in the dataset."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.catalog.image_analysis import ImageAnalysisParams
from service.db.features import Names
from service.domain.image_features import NUMBERS
from worker.analyses.image_features import (
    extractor_of,
    features_work,
    frozen,
    tell_paths,
    unreadable,
)
from worker.analyses.told import Rows, result_of
from worker.work import Run, SoloTools, SoloWork, StageWork

THRESHOLDS: Mapping[str, Any] = ImageAnalysisParams().model_dump()
"""What counts as dark, blurry or low in information is what an image analysis calls so."""

Json = dict[str, Any]


async def explore(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Looks at all items of the frozen version, handed to a child as two files."""
    images, items = run.folder.new_file(), run.folder.new_file()
    await run.runtime.features.export(images, *frozen(run))
    await run.runtime.features.export_names(items, *frozen(run))
    item = {"images": str(images), "items": str(items), "unreadable": await unreadable(run)}
    shared = {
        "names": NUMBERS,
        "thresholds": THRESHOLDS,
        "distance": run.chunk.params["near_duplicate_distance"],
    }
    result = await result_of(
        run, tools, "service.compute.eda.explore", item, shared, complete=_with_names
    )
    await _tell_names(run, result)
    await tell_paths(run, _shown(result))
    return result


async def _with_names(run: Run, rows: Rows) -> Rows:
    """Rows of copies, with the label and the split of each item."""
    ids = [id_ for _, id_, _, data in rows if "group" in data]
    names = await run.runtime.features.names(ids, extractor_of(run))
    return [
        (kind, id_, score, data | _places(names[id_]) if id_ in names else data)
        for kind, id_, score, data in rows
    ]


async def _tell_names(run: Run, result: Mapping[str, Any]) -> None:
    """Children know labels, splits and cameras by an item that has them."""
    shown = {
        "label": result["labels"]["shown"],
        "split": result["splits"]["shown"],
        "camera": result["origins"]["cameras"]["shown"],
    }
    members = list(_members(result))
    ids = [told["example"]["item_id"] for named in shown.values() for told in named]
    ids += [member["item_id"] for member in members]
    names = await run.runtime.features.names(ids, extractor_of(run))
    for kind, named in shown.items():
        for told in named:
            told["name"] = getattr(names[told["example"]["item_id"]], kind)
    for member in members:
        member |= _places(names[member["item_id"]])


def _places(names: Names) -> dict[str, str | None]:
    return {"label": names.label, "split": names.split}


def _members(result: Mapping[str, Any]) -> Iterator[Json]:
    """The items of the groups of copies that are shown."""
    for found in (result["label_conflicts"], result["split_leaks"]):
        for group in found["shown"] if found else ():
            yield from group["shown"]


def _shown(result: Mapping[str, Any]) -> Iterator[Json]:
    """All items that are shown."""
    yield from _members(result)
    for named in (result["labels"], result["splits"], result["origins"]["cameras"]):
        for told in named["shown"]:
            yield told["example"]
    yield from result["origins"]["located"]["shown"]
    for reason in result["unreadable_reasons"]:
        yield from reason["shown"]
    yield from (cell["example"] for cell in (result["sizes"] or {"cells": ()})["cells"])


EDA_WORK: Mapping[str, StageWork] = {
    "features": features_work(lambda _: THRESHOLDS),
    "exploration": SoloWork(explore),
}
