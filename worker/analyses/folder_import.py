"""folder_import: lists a folder, copies its files into storage and adds them to the dataset."""

import os
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from service.db.listed_files import ListedFile
from service.domain.datasets import MAX_PATH_BYTES, NewItem, clean_path
from service.domain.saves import FileSave, ListedSave, Reason
from service.processes.output import ItemError, Output
from service.usecases.datasets import FolderNotAllowed
from worker.analyses.imported import imported
from worker.work import Batch, Kept, MapWork, Run, SoloTools, SoloWork, StageFailed, StageWork, Unit


async def list_folder(run: Run, tools: SoloTools) -> None:
    """Writes down every file below the folder, so that copying can be shared and resumed."""
    await _check_folder(run)
    key = 0
    item = {"folder": run.chunk.params["path"]}
    async with aclosing(tools.child("service.compute.intake.list_files", item, None)) as batches:
        async for batch in batches:
            files = batch["files"]
            await tools.save(
                [
                    _listed(run, key + n, bytes.fromhex(name), problem)
                    for n, (name, problem) in enumerate(files)
                ]
            )
            key += len(files)


async def _check_folder(run: Run) -> None:
    """What was an allowed folder when it was asked for may be a link or nothing by now."""
    try:
        await run.runtime.datasets.check_importable(run.chunk.params["path"])
    except FolderNotAllowed as error:
        raise StageFailed(error.code, error.detail) from error


async def read_files(run: Run) -> Batch:
    """The listed files of the chunk that are still to be copied."""
    folder = os.fsencode(run.chunk.params["path"])
    files = await run.runtime.listed_files.open(run.chunk)
    return Batch([_unit(run, folder, file) for file in files])


def keep_file(run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    """The stored file as an item, or why it was skipped."""
    fence = run.chunk.fence
    if isinstance(output, ItemError):
        return Kept(FileSave(fence, unit.key, skipped=Reason(output.code, output.detail)))
    file, target = unit.subject
    sha256: str = output.data["sha256"]
    item = NewItem(file.path, bytes.fromhex(sha256), output.data["size_bytes"])
    return Kept(FileSave(fence, unit.key, item=item, incoming=target))


async def report(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """What became of the files."""
    del tools
    return await imported(run)


def _listed(run: Run, key: int, name: bytes, problem: list[str] | None) -> ListedSave:
    path = clean_path(os.fsdecode(name))
    if path is None:
        shown = name.decode("utf-8", "backslashreplace")[:MAX_PATH_BYTES]
        reason = Reason("path_too_long", f"its path has more than {MAX_PATH_BYTES} bytes")
        return ListedSave(run.chunk.fence, key, shown, name, reason)
    skipped = Reason(*problem) if problem else None
    return ListedSave(run.chunk.fence, key, path, name, skipped)


def _unit(run: Run, folder: bytes, file: ListedFile) -> Unit:
    target: Path = run.folder.new_file()
    source = os.path.join(folder, file.source)
    return Unit(file.key, {"source": source.hex(), "target": str(target)}, (file, target))


FOLDER_IMPORT_WORK: Mapping[str, StageWork] = {
    "list": SoloWork(list_folder),
    "copy": MapWork(
        read=read_files,
        function="service.compute.intake.copy_file",
        shared=lambda run: {"folder": run.chunk.params["path"]},
        keep=keep_file,
    ),
    "report": SoloWork(report),
}
