"""image_analysis: reads every image that is new, then sums up what is in the dataset."""

from collections.abc import Iterator, Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

from service.domain.features import Extractor
from service.domain.image_features import NUMBERS
from service.domain.saves import FeatureSave, FractionSave, ItemSave, Reason
from service.domain.stages import SOLO_TOTAL
from service.processes.output import ItemError, Output
from worker.analyses.image_preview import count_image, count_unreadable
from worker.work import Batch, Kept, MapWork, Run, SoloTools, SoloWork, StageWork, Unit


async def read_blobs(run: Run) -> Batch:
    """Claims the blobs of the chunk whose features nobody has computed or is computing."""
    claim = await run.runtime.features.claim(run.chunk, _extractor(run))
    storage = run.runtime.storage
    return Batch(
        [
            Unit(
                blob.id,
                {"path": str(storage.blob_path(blob.sha256)), "size_bytes": blob.size_bytes},
                blob.sha256,
            )
            for blob in claim.blobs
        ],
        claim.elsewhere,
    )


def keep_features(run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    """The features of an image and its thumbnail, or why it is unreadable."""
    fence = run.chunk.fence
    if isinstance(output, ItemError):
        reason = Reason(output.code, output.detail)
        save = FeatureSave(fence, _extractor(run), unit.key, unreadable=reason)
        return Kept(save, count=count_unreadable)
    numbers: Mapping[str, float] = output.data["numbers"]
    save = FeatureSave(
        fence,
        _extractor(run),
        unit.key,
        numbers=[float(numbers[name]) for name in NUMBERS],
        signature=bytes.fromhex(output.data["signature"]),
        descriptor=bytes.fromhex(output.data["descriptor"]),
        facts=output.data["facts"],
    )
    count = partial(
        count_image, numbers=numbers, facts=output.data["facts"], params=run.chunk.params
    )
    return Kept(save, thumbnail=(unit.subject, output.blob), count=count)


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
    return await _with_paths(run, result)


async def _input(run: Run, path: Path) -> dict[str, Any]:
    chunk = run.chunk
    assert chunk.dataset_id is not None  # noqa: S101 - the face asks for one
    assert chunk.dataset_version is not None  # noqa: S101 - frozen when it was submitted
    frozen: tuple[Any, int, Extractor] = (chunk.dataset_id, chunk.dataset_version, _extractor(run))
    await run.runtime.features.export(path, *frozen)
    unreadable = await run.runtime.features.unreadable(*frozen)
    return {
        "path": str(path),
        "unreadable": [
            {"item_id": id_, "code": reason.code, "detail": reason.detail}
            for id_, reason in unreadable
        ],
    }


def _extractor(run: Run) -> Extractor:
    assert run.entry.extractor is not None  # noqa: S101 - its catalogue entry names one
    return run.entry.extractor


async def _with_paths(run: Run, result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Children know items by id; people know them by path."""
    shown = list(_shown(result))
    paths = await run.runtime.features.paths([item["item_id"] for item in shown])
    for item in shown:
        item["path"], item["sha256"] = paths[item["item_id"]]
    return result


def _shown(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for issue in result["issues"]:
        yield from issue["items"]
    for groups in result["duplicates"].values():
        for group in groups["shown"]:
            yield from group


IMAGE_ANALYSIS_WORK: Mapping[str, StageWork] = {
    "features": MapWork(
        read=read_blobs,
        function="service.compute.images.extract",
        shared=lambda run: {"max_pixels": run.runtime.settings.max_image_pixels},
        keep=keep_features,
    ),
    "summary": SoloWork(summarise),
}
