"""image_analysis: reads every image that is new, then sums up what is in the dataset."""

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from service.domain.image_features import NUMBERS
from service.domain.saves import FractionSave, ItemSave
from service.domain.stages import SOLO_TOTAL
from worker.analyses.image_features import features_work, frozen, tell_paths, unreadable
from worker.work import Run, SoloTools, SoloWork, StageWork


async def summarise(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Sums up the features of all items of the frozen version, handed to a child as a file."""
    result: Mapping[str, Any] = {}
    item = await _input(run, run.folder.new_file())
    shared = {"names": NUMBERS, "thresholds": run.chunk.params}
    async with aclosing(
        tools.child("service.compute.image_summary.summarise", item, shared)
    ) as outputs:
        async for told in outputs:
            if "progress" in told:
                thousandths = int(SOLO_TOTAL * told["progress"])
                await tools.save([FractionSave(run.chunk.fence, thousandths)])
            if "items" in told:
                await tools.save([ItemSave(run.chunk.fence, *row) for row in told["items"]])
            if "result" in told:
                result = told["result"]
    await tell_paths(run, _shown(result))
    return result


async def _input(run: Run, path: Path) -> dict[str, Any]:
    await run.runtime.features.export(path, *frozen(run))
    return {"path": str(path), "unreadable": await unreadable(run)}


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
