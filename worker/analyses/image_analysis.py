"""image_analysis: reads every image that is new, then sums up what is in the dataset."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from service.catalog.image_analysis import ISSUES
from service.domain.image_features import NUMBERS
from worker.analyses.image_features import features_work, frozen, tell_paths, unreadable
from worker.analyses.saved_columns import save_columns
from worker.analyses.told import result_of
from worker.work import Run, SoloTools, SoloWork, StageWork


async def summarise(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Sums up the features of all items of the frozen version; files go to the child and back."""
    columns = run.folder.new_file()
    item = await _input(run, run.folder.new_file(), columns)
    shared = {"names": NUMBERS, "thresholds": run.chunk.params, "scores": ISSUES}
    result = await result_of(run, tools, "service.compute.image_summary.summarise", item, shared)
    await save_columns(run, tools, columns, result["items"])
    await tell_paths(run, _shown(result))
    return result


async def _input(run: Run, path: Path, columns: Path) -> dict[str, Any]:
    await run.runtime.features.export(path, *frozen(run))
    return {"path": str(path), "columns": str(columns), "unreadable": await unreadable(run)}


def _shown(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for issue in result["issues"]:
        yield from issue["items"]
    for groups in result["duplicates"].values():
        for group in groups["shown"]:
            yield from group


IMAGE_ANALYSIS_WORK: Mapping[str, StageWork] = {
    "features": features_work(lambda run: run.chunk.params),
    "summary": SoloWork(summarise),
}
