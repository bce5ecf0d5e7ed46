"""Storing: puts what runs have made into storage, before the rows that point to it are saved."""

import asyncio
from collections.abc import Sequence

import structlog

from service.domain.saves import EntrySave, FileSave, Save
from service.storage.local import LocalStorage
from service.usecases.runs import RunActions

log = structlog.get_logger()

Thumbnail = tuple[str, bytes]
"""The SHA-256 of a blob in hexadecimal, and what it looks like."""


class Storing:
    """The step of the saver that comes before the database."""

    def __init__(self, runs: RunActions, storage: LocalStorage) -> None:
        self._runs = runs
        self._storage = storage

    async def put_files(self, saves: list[Save]) -> list[Save]:
        """The saves, once their files are blobs; without those whose run has removed its files.

        Blobs are reserved before they are stored, and stored before items point to them.
        """
        files = {
            save.incoming: save.item
            for save in saves
            if isinstance(save, FileSave | EntrySave) and save.item and save.incoming
        }
        if not files:
            return saves
        await self._runs.reserve(list(files.values()))
        named = [(path, item.sha256.hex()) for path, item in files.items()]
        gone = await asyncio.to_thread(self._storage.adopt, named)
        return [
            save
            for save in saves
            if not (isinstance(save, FileSave | EntrySave) and save.incoming in gone)
        ]

    async def put_thumbnails(self, thumbnails: Sequence[Thumbnail]) -> None:
        """Before the features that promise them."""
        if thumbnails:
            await asyncio.to_thread(self._write, thumbnails)

    def _write(self, thumbnails: Sequence[Thumbnail]) -> None:
        for sha256, data in thumbnails:
            try:
                self._storage.put_thumbnail(sha256, data)
            except OSError as error:  # it can be made again; the features are worth more
                log.warning("thumbnail.not_stored", sha256=sha256, error=str(error))
