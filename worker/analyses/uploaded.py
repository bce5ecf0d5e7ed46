"""Uploaded: the file that somebody sent for a task, read in a child and removed when it is done."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from service.domain.saves import Reason, Save, SetAsideSave
from worker.work import Run, SoloTools, StageFailed


def upload_of(run: Run) -> Path:
    """Where the upload lies; raises StageFailed where it is gone."""
    path = run.runtime.storage.upload_path(run.chunk.params["upload"])
    if not path.exists():
        raise StageFailed("upload_gone", "the upload is gone; send it again")
    return path


async def batches(
    run: Run, tools: SoloTools, function: str, item: Mapping[str, Any], shared: Any
) -> AsyncGenerator[Any]:
    """What a child reads from the upload; where it ends too early, what came before is kept.

    A file that was damaged somewhere is set aside, so that its task says ``partial``; one of which
    nothing could be read fails its task.
    """
    began = await run.runtime.listed_files.next_key(run.chunk.task_id) > 0
    try:
        async with aclosing(tools.child(function, item, shared)) as told:
            async for batch in told:
                yield batch
                began = began or any(part for part in batch.values() if isinstance(part, list))
    except StageFailed as failure:
        if failure.faulty or not began:
            raise
        reason = Reason(failure.code, failure.detail)
        aside: Save = SetAsideSave(run.chunk.fence, 0, reason)
        await tools.save([aside])


async def forget_upload(run: Run) -> None:
    """Removes the upload of a task that has read it."""
    await run.runtime.uploads.forget(run.chunk.params["upload"])
