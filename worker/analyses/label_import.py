"""label_import: reads a list and gives the items that it names their labels, groups and splits."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from service.domain.datasets import MAX_PATH_BYTES, Place, clean_path
from service.domain.saves import FractionSave, LabelSave, Reason
from service.domain.stages import SOLO_TOTAL
from worker.analyses.imported import imported
from worker.analyses.uploaded import batches, forget_upload, upload_of
from worker.work import Run, SoloTools, SoloWork, StageWork

NO_PATH = Reason("invalid_path", "no item can have such a path")


async def read_rows(run: Run, tools: SoloTools) -> None:
    """Lines that an earlier run has saved are passed over."""
    item = {"path": str(upload_of(run))}
    next_line = await run.runtime.listed_files.next_key(run.chunk.task_id)
    function = "service.compute.listings.read"
    async with aclosing(batches(run, tools, function, item, None)) as found:
        async for batch in found:
            saves: list[LabelSave] = [
                *(_row(run, *row) for row in batch["rows"] if row[0] >= next_line),
                *(_problem(run, *told) for told in batch["problems"] if told[0] >= next_line),
            ]
            done = FractionSave(run.chunk.fence, int(SOLO_TOTAL * batch["done"]))
            saves.sort(key=_line)
            await tools.save([*saves, done])


async def report(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """What became of the rows."""
    del tools
    told = await imported(run)
    damage = await run.runtime.listed_files.damage(run.chunk.task_id)
    await forget_upload(run)
    return {
        "rows": told["files"],
        "changed": told["replaced"],
        "unchanged": told["unchanged"],
        "skipped": told["skipped"],
        "skipped_items": told["skipped_items"],
        "damage": damage,
        "version": told["version"],
    }


def _line(save: LabelSave) -> int:
    return save.key


def _row(
    run: Run, line: int, path: str, label: str | None, group: str | None, split: str | None
) -> LabelSave:
    cleaned = clean_path(path)
    if cleaned is None:
        return LabelSave(run.chunk.fence, line, path[:MAX_PATH_BYTES], skipped=NO_PATH)
    return LabelSave(run.chunk.fence, line, cleaned, place=Place(label, group, split))


def _problem(run: Run, line: int, code: str, detail: str) -> LabelSave:
    return LabelSave(run.chunk.fence, line, "", skipped=Reason(code, f"line {line}: {detail}"))


LABEL_IMPORT_WORK: Mapping[str, StageWork] = {
    "read": SoloWork(read_rows),
    "report": SoloWork(report),
}
