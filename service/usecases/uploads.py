"""What comes in through the web: files for a dataset, and archives and lists for a task."""

import asyncio
import errno
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from service.db.blobs import Blobs
from service.db.datasets import Datasets
from service.db.items import Added, Items, OverQuota
from service.db.uploads import Uploads
from service.domain.datasets import NewItem, clean_path
from service.domain.saves import Reason
from service.domain.users import User
from service.errors import MeanwhileError
from service.storage.incoming import HashedFile, IncomingFolder
from service.storage.local import LocalStorage, StorageFull
from service.usecases.datasets import DatasetActions, DatasetNotFound

BLOCK_BYTES = 1 << 20
"""How much of a body is held in memory before it is written."""
INVALID_PATH = "its name is empty, absolute, too long or has '..'"


class FileTooLarge(MeanwhileError):
    """One file has more bytes than any may have."""

    code = "file_too_large"
    status = 413


class QuotaExceeded(MeanwhileError):
    """The owner of the dataset would have more bytes than a user may have."""

    code = "quota_exceeded"
    status = 413


class EmptyUpload(MeanwhileError):
    """An archive or a list of no bytes."""

    code = "empty_upload"
    status = 422


class InvalidPath(MeanwhileError):
    """A path under which no item can be kept."""

    code = "invalid_path"
    status = 422


@dataclass(frozen=True)
class UploadLimits:
    """How many bytes may come."""

    file_bytes: int
    upload_bytes: int
    """Of an archive or a list."""
    user_bytes: int
    """Of all datasets of a user; 0 is no limit."""
    spare_bytes: int
    """What must stay free on the disk."""


@dataclass(frozen=True)
class Room:
    """How many bytes somebody has, may have, and how many the disk still takes."""

    used_bytes: int
    quota_bytes: int | None
    free_bytes: int

    @property
    def quota_left_bytes(self) -> int | None:
        """How many more bytes its owner may have."""
        return None if self.quota_bytes is None else max(0, self.quota_bytes - self.used_bytes)

    def check(self, size_bytes: int) -> None:
        """Passes if so many more bytes may come."""
        self.check_quota(size_bytes)
        if size_bytes > self.free_bytes:
            raise StorageFull(f"the storage has room for {self.free_bytes} more bytes only")

    def check_quota(self, size_bytes: int) -> None:
        """Passes if their owner may have so many more bytes, wherever they are kept."""
        if self.quota_bytes is not None and self.used_bytes + size_bytes > self.quota_bytes:
            raise QuotaExceeded(
                f"that would be more than the {self.quota_bytes} bytes that a user may have;"
                f" {self.used_bytes} are used"
            )


@dataclass(frozen=True)
class Taken:
    """A file that is there and waits to become an item."""

    item: NewItem
    incoming: Path


@dataclass(frozen=True)
class Upload:
    """An archive or a list that is kept for a task."""

    id: UUID
    sha256: bytes


@dataclass(frozen=True)
class Skipped:
    """A file that was not taken, and why."""

    path: str
    reason: Reason


class UploadActions:
    """Takes bytes in, hashed on the way and never all in memory."""

    def __init__(
        self,
        actions: DatasetActions,
        datasets: Datasets,
        blobs: Blobs,
        items: Items,
        uploads: Uploads,
        storage: LocalStorage,
        limits: UploadLimits,
    ) -> None:
        self._actions = actions
        self._datasets = datasets
        self._blobs = blobs
        self._items = items
        self._uploads = uploads
        self._storage = storage
        self._limits = limits

    @asynccontextmanager
    async def receive(
        self, user: User, dataset_id: UUID, announced_bytes: int
    ) -> AsyncGenerator["Receiving"]:
        """Ready for files of a dataset; what is not added has left nothing at the end."""
        dataset = await self._actions.own(user, dataset_id)
        room = await self.room(dataset.owner_id)
        room.check(announced_bytes)
        folder = self._storage.incoming_folder()
        try:
            yield Receiving(folder, room, self._limits.file_bytes)
        finally:
            await asyncio.shield(asyncio.to_thread(folder.remove))

    async def add(self, dataset_id: UUID, taken: Sequence[Taken]) -> Added:
        """Makes files items of the dataset; one batch, one version."""
        items = [file.item for file in taken]
        await self._blobs.reserve(items)
        files = [(file.incoming, file.item.sha256.hex()) for file in taken]
        await asyncio.to_thread(self._storage.adopt, files)
        quota_bytes = self._limits.user_bytes or None
        try:
            added = await self._items.add(dataset_id, items, quota_bytes=quota_bytes)
        except OverQuota as error:
            raise QuotaExceeded(
                f"with what has come meanwhile it is more than the {quota_bytes} bytes that a user"
                " may have"
            ) from error
        if added is None:
            raise DatasetNotFound(dataset_id)
        return added

    async def keep(
        self, user: User, dataset_id: UUID, body: AsyncIterable[bytes], announced_bytes: int
    ) -> Upload:
        """Keeps an archive or a list until a task has read it."""
        id_ = uuid4()
        async with self.receive(user, dataset_id, announced_bytes) as receiving:
            file = await receiving.write(body, at_most=self._limits.upload_bytes)
            if not file.size_bytes:
                raise EmptyUpload("the body is empty; send the file itself, as with curl -T")
            await self._uploads.add(id_, user.id, file.size_bytes)
            await asyncio.to_thread(self._storage.keep_upload, file.path, str(id_))
        return Upload(id_, file.sha256)

    async def give(self, upload: UUID, task_id: UUID) -> None:
        """Lets an upload live as long as its task."""
        await self._uploads.give(upload, task_id)

    async def forget(self, upload: str) -> None:
        """Removes an upload that its task has read."""
        await asyncio.to_thread(self._storage.remove_upload, upload)
        await self._uploads.remove(UUID(upload))

    async def room_in(self, dataset_id: UUID) -> Room:
        """What a dataset may still get."""
        return await self.room(await self._datasets.owner_of(dataset_id))

    async def room(self, owner_id: UUID) -> Room:
        """What the owner of a dataset may still bring."""
        free_bytes = await asyncio.to_thread(self._storage.free_bytes)
        return Room(
            used_bytes=await self._datasets.bytes_of(owner_id),
            quota_bytes=self._limits.user_bytes or None,
            free_bytes=max(0, free_bytes - self._limits.spare_bytes),
        )


class Receiving:
    """The files of one request, one after the other."""

    def __init__(self, folder: IncomingFolder, room: Room, file_bytes: int) -> None:
        self._folder = folder
        self._room = room
        self._file_bytes = file_bytes
        self._received_bytes = 0
        self.taken: list[Taken] = []
        self.skipped: list[Skipped] = []

    async def take(self, told: str, body: AsyncIterable[bytes]) -> None:
        """Takes a file, or says why not; the body is read to its end either way."""
        path = clean_path(told)
        if path is None:
            await self._skip(told, InvalidPath.code, INVALID_PATH, body)
            return
        try:
            file = await self.write(body, at_most=self._file_bytes)
        except FileTooLarge as error:
            await self._skip(path, error.code, error.detail, body)
        else:
            self.taken.append(Taken(NewItem(path, file.sha256, file.size_bytes), file.path))

    async def write(self, body: AsyncIterable[bytes], *, at_most: int) -> HashedFile:
        """Writes a body into a file; raises FileTooLarge, QuotaExceeded or StorageFull."""
        file = await asyncio.to_thread(lambda: HashedFile(self._folder.new_file()))
        try:
            async for block in _blocks(body):
                self._received_bytes += len(block)
                self._room.check(self._received_bytes)
                if file.size_bytes + len(block) > at_most:
                    raise FileTooLarge(f"a file has at most {at_most} bytes")
                await asyncio.to_thread(file.write, block)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("the disk is full") from error
            raise
        finally:
            file.close()
        return file

    async def _skip(self, path: str, code: str, detail: str, body: AsyncIterable[bytes]) -> None:
        self.skipped.append(Skipped(path, Reason(code, detail)))
        async for block in body:
            self._received_bytes += len(block)
            self._room.check(self._received_bytes)


async def _blocks(body: AsyncIterable[bytes]) -> AsyncGenerator[bytearray]:
    """What a body says, in blocks that are worth a visit to a thread."""
    block = bytearray()
    async for part in body:
        block += part
        if len(block) >= BLOCK_BYTES:
            yield block
            block = bytearray()
    if block:
        yield block
