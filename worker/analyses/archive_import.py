"""archive_import: unpacks an archive into storage; its files join the dataset as they come."""

import os
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from service.domain.datasets import MAX_PATH_BYTES, NewItem, clean_path
from service.domain.saves import EntrySave, FractionSave, Reason
from service.domain.stages import SOLO_TOTAL
from worker.analyses.imported import imported
from worker.analyses.uploaded import batches, forget_upload, upload_of
from worker.work import Run, SoloTools, SoloWork, StageFailed, StageWork

UNFIT = Reason("invalid_path", "no item can have such a path")


async def unpack(run: Run, tools: SoloTools) -> None:
    """Goes on after the last entry that was saved, if this is not the first run."""
    item = {
        "path": str(upload_of(run)),
        "target": str(run.folder.path),
        "skip": await run.runtime.listed_files.next_key(run.chunk.task_id),
    }
    shared = await _allowance(run)
    function = "service.compute.archives.unpack"
    async with aclosing(batches(run, tools, function, item, shared)) as told:
        async for batch in told:
            saves = [_save(run, *entry) for entry in batch["entries"]]
            done = FractionSave(run.chunk.fence, int(SOLO_TOTAL * batch["done"]))
            await tools.save([*saves, done])


async def report(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """What became of the entries."""
    del tools
    told = await imported(run)
    damage = await run.runtime.listed_files.damage(run.chunk.task_id)
    if told["skipped"] == told["files"]:
        raise StageFailed("nothing_taken", damage or _why_nothing(told))
    await forget_upload(run)
    return told | {"damage": damage}


def _why_nothing(told: Mapping[str, Any]) -> str:
    if not told["files"]:
        return "the archive has no files"
    return f"none of its files can be taken; the first: {told['skipped_items'][0]['detail']}"


async def _allowance(run: Run) -> dict[str, Any]:
    settings = run.runtime.settings
    assert run.chunk.dataset_id is not None  # noqa: S101 - an import always has its dataset
    room = await run.runtime.uploads.room_in(run.chunk.dataset_id)
    return {
        "max_entries": settings.max_archive_entries,
        "max_expanded_bytes": settings.max_expanded_bytes,
        "max_ratio": settings.max_archive_ratio,
        "max_file_bytes": settings.max_file_bytes,
        "quota_left_bytes": room.quota_left_bytes,
        "free_bytes": room.free_bytes,
    }


def _save(
    run: Run,
    key: int,
    name: str,
    problem: list[str] | None,
    file: str | None,
    sha256: str | None,
    size_bytes: int | None,
) -> EntrySave:
    fence = run.chunk.fence
    path = clean_path(name)
    shown = (path or name)[:MAX_PATH_BYTES]
    if problem is not None:
        return EntrySave(fence, key, shown, skipped=Reason(*problem))
    if path is None or file is None or sha256 is None or size_bytes is None:
        return EntrySave(fence, key, shown, skipped=UNFIT)
    item = NewItem(path, bytes.fromhex(sha256), size_bytes)
    incoming = Path(os.path.join(run.folder.path, file))
    return EntrySave(fence, key, path, item=item, incoming=incoming)


ARCHIVE_IMPORT_WORK: Mapping[str, StageWork] = {
    "unpack": SoloWork(unpack),
    "report": SoloWork(report),
}
