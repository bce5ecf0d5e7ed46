"""folder_import: lists a folder, copies its files into storage and adds them to the dataset."""

import os
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.db.listed_files import ListedFile
from service.domain.datasets import MAX_PATH_BYTES, NewItem, clean_path
from service.domain.saves import FileSave, ListedSave, Reason
from service.processes.output import ItemError, Output
from service.usecases.datasets import FolderNotAllowed
from service.usecases.uploads import QuotaExceeded, Room
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
    """What was an allowed folder when it was asked for may be a link or nothing by now.

    Where it was is not for all who see the task.
    """
    try:
        await run.runtime.datasets.check_importable(run.chunk.params["path"])
    except FolderNotAllowed as error:
        raise StageFailed(error.code, "the folder is not there any more, or is a link") from error


async def read_files(run: Run) -> Batch:
    """The listed files of the chunk that are still to be copied."""
    assert run.chunk.dataset_id is not None  # noqa: S101 - an import always has its dataset
    folder = os.fsencode(run.chunk.params["path"])
    files = await run.runtime.listed_files.open(run.chunk)
    growth = _Growth(await run.runtime.uploads.room_in(run.chunk.dataset_id))
    return Batch([_unit(run, folder, file, growth) for file in files])


def keep_file(run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    """The stored file as an item, or why it was skipped; the first without room ends the run."""
    fence = run.chunk.fence
    if isinstance(output, ItemError):
        return Kept(FileSave(fence, unit.key, skipped=Reason(output.code, output.detail)))
    subject: _Subject = unit.subject
    size_bytes: int = output.data["size_bytes"]
    subject.growth.add(size_bytes - subject.file.old_bytes)
    item = NewItem(subject.file.path, bytes.fromhex(output.data["sha256"]), size_bytes)
    return Kept(FileSave(fence, unit.key, item=item, incoming=subject.target))


async def report(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """What became of the files."""
    del tools
    return await imported(run)


class _Growth:
    """How much larger a run makes its dataset, and whether there is room for that."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._bytes = 0

    def add(self, more_bytes: int) -> None:
        """Passes what takes no more room than before, however full it is."""
        self._bytes += more_bytes
        if more_bytes <= 0:
            return
        try:
            self._room.check(self._bytes)
        except QuotaExceeded as error:
            raise StageFailed(error.code, error.detail) from error


@dataclass(frozen=True)
class _Subject:
    """A listed file, where it is copied to, and what it adds to."""

    file: ListedFile
    target: Path
    growth: _Growth


def _listed(run: Run, key: int, name: bytes, problem: list[str] | None) -> ListedSave:
    path = clean_path(os.fsdecode(name))
    if path is None:
        shown = name.decode("utf-8", "backslashreplace")[:MAX_PATH_BYTES]
        reason = Reason("path_too_long", f"its path has more than {MAX_PATH_BYTES} bytes")
        return ListedSave(run.chunk.fence, key, shown, name, reason)
    skipped = Reason(*problem) if problem else None
    return ListedSave(run.chunk.fence, key, path, name, skipped)


def _unit(run: Run, folder: bytes, file: ListedFile, growth: _Growth) -> Unit:
    subject = _Subject(file, run.folder.new_file(), growth)
    source = os.path.join(folder, file.source)
    return Unit(file.key, {"source": source.hex(), "target": str(subject.target)}, subject)


def _shared(run: Run) -> dict[str, Any]:
    limit = run.runtime.settings.max_file_bytes
    return {"folder": run.chunk.params["path"], "max_file_bytes": limit}


FOLDER_IMPORT_WORK: Mapping[str, StageWork] = {
    "list": SoloWork(list_folder),
    "copy": MapWork(
        read=read_files,
        function="service.compute.intake.copy_file",
        shared=_shared,
        keep=keep_file,
    ),
    "report": SoloWork(report),
}
