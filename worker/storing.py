"""Storing: puts what runs have made into storage, before the rows that point to it are saved."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from service.domain.chunks import Failed
from service.domain.saves import EntrySave, FileSave, Save
from service.domain.tasks import Failure
from service.processes.output import NO_SPACE, STORAGE_FULL
from service.storage.local import LocalStorage
from service.usecases.runs import RunActions
from worker.active import ActiveRuns

log = structlog.get_logger()

Thumbnail = tuple[str, bytes]
"""The SHA-256 of a blob in hexadecimal, and what it looks like; empty if it is its own."""
VANISHED = Failure("not_stored", "a file was gone before it was stored")


class Storing:
    """The step of the saver that comes before the database."""

    def __init__(self, runs: RunActions, storage: LocalStorage, active: ActiveRuns) -> None:
        self._runs = runs
        self._storage = storage
        self._active = active

    async def put_files(self, saves: list[Save]) -> list[Save]:
        """The saves, once their files are blobs; without those of runs whose files are not taken.

        Blobs are reserved before they are stored, and stored before items point to them. A run of
        which one file is not stored has nothing saved that came after it: a later run of an archive
        goes on behind the last entry that is saved.
        """
        saves = [save for save in saves if not self._active.has_failed(save.fence)]
        files = {
            save.incoming: save
            for save in saves
            if isinstance(save, FileSave | EntrySave) and save.item and save.incoming
        }
        if not files:
            return saves
        await self._runs.reserve([save.item for save in files.values() if save.item])
        try:
            gone = await asyncio.to_thread(self._storage.adopt, _named(files))
        except OSError as error:
            return await self._put_run_by_run(saves, error)
        without = {files[path].fence for path in gone}
        for fence in without:  # it has ended and removed them, or somebody else did
            self._active.end(fence, Failed(VANISHED, transient=True))
        return [save for save in saves if save.fence not in without]

    async def _put_run_by_run(self, saves: list[Save], error: OSError) -> list[Save]:
        """Only the run whose files storage does not take fails; it may succeed later."""
        fences = list(dict.fromkeys(save.fence for save in saves))
        if len(fences) == 1:
            log.error("files.not_stored", chunk=fences[0].chunk_id, error=str(error))
            self._active.end(fences[0], Failed(_failure(error), transient=True))
            return []
        stored: list[Save] = []
        for fence in fences:
            stored += await self.put_files([save for save in saves if save.fence == fence])
        return stored

    async def put_thumbnails(self, thumbnails: Sequence[Thumbnail]) -> None:
        """Before the features that promise them."""
        if thumbnails:
            await asyncio.to_thread(self._write, thumbnails)

    def _write(self, thumbnails: Sequence[Thumbnail]) -> None:
        for sha256, data in thumbnails:
            try:
                if data:
                    self._storage.put_thumbnail(sha256, data)
                else:
                    self._storage.show_blob_as_thumbnail(sha256)
            except OSError as error:  # it can be made again; the features are worth more
                log.warning("thumbnail.not_stored", sha256=sha256, error=str(error))


def _named(files: Mapping[Path, FileSave | EntrySave]) -> list[tuple[Path, str]]:
    return [(path, save.item.sha256.hex()) for path, save in files.items() if save.item]


def _failure(error: OSError) -> Failure:
    if error.errno in NO_SPACE:
        return Failure(STORAGE_FULL, "there is no space left on the disk")
    return Failure("not_stored", f"storage does not take what it made: {error.strerror}")
