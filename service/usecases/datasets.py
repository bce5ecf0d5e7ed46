"""What users may do with datasets: create, look, change, import a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from service.db.blobs import Blobs
from service.db.datasets import Datasets
from service.db.items import Items
from service.domain.datasets import (
    MAX_NAME_LENGTH,
    Dataset,
    DatasetQuery,
    Item,
    ItemQuery,
    Kind,
    Labels,
    Visibility,
)
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.access import Forbidden
from service.usecases.roots import below

JOINERS = {0x200C: None, 0x200D: None}
"""Cannot be seen, but Persian and many emoji are not written without them."""


class DatasetNotFound(MeanwhileError):
    """None of that id that the user may see."""

    code = "dataset_not_found"
    status = 404

    def __init__(self, id_: UUID | None, target_id: UUID | None = None) -> None:
        either = (
            f"{str(id_)!r}" if target_id is None else f"{str(id_)!r}, or no {str(target_id)!r},"
        )
        super().__init__(
            f"there is no dataset {either} that you may see; GET /api/v1/datasets lists those"
        )


class DatasetNameTaken(MeanwhileError):
    """The owner has one of that name."""

    code = "dataset_name_taken"
    status = 409


class InvalidName(MeanwhileError):
    """A name that cannot be shown."""

    code = "invalid_name"
    status = 422


class FolderNotAllowed(MeanwhileError):
    """A folder outside the import roots, or none at all."""

    code = "folder_not_allowed"
    status = 422


class ItemNotFound(MeanwhileError):
    """No item of that path in the newest version."""

    code = "item_not_found"
    status = 404


class BlobNotFound(MeanwhileError):
    """No blob that the user may see, or nothing derived from it yet."""

    code = "blob_not_found"
    status = 404


@dataclass(frozen=True)
class NewDataset:
    """What somebody wants to create."""

    name: str
    kind: Kind
    visibility: Visibility


class DatasetActions:
    """Creates, reads and fills datasets."""

    def __init__(
        self, datasets: Datasets, items: Items, blobs: Blobs, import_roots: Sequence[Path]
    ) -> None:
        self._datasets = datasets
        self._items = items
        self._blobs = blobs
        self._import_roots = import_roots

    async def create(self, user: User, new: NewDataset) -> Dataset:
        name = self.name_for_new(user, new.name)
        id_ = uuid4()
        if not await self._datasets.create(id_, user, name, new.kind, new.visibility):
            raise DatasetNameTaken(f"you have a dataset named {name!r} already")
        return await self.find(user, id_)

    def name_for_new(self, user: User, told: str) -> str:
        """The name of a dataset, of a user who may create one."""
        if not user.creates:
            raise Forbidden("viewers cannot create datasets; ask an admin for the role 'member'")
        return _checked(told)

    async def find(self, user: User, id_: UUID) -> Dataset:
        dataset = await self._datasets.find(id_, user)
        if dataset is None:
            raise DatasetNotFound(id_)
        return dataset

    async def page(self, user: User, query: DatasetQuery) -> Sequence[Dataset]:
        return await self._datasets.page(user, query)

    async def own(self, user: User, id_: UUID) -> Dataset:
        """A dataset that the user may change."""
        dataset = await self.find(user, id_)
        if not (user.admin or (user.creates and dataset.owner_id == user.id)):
            raise Forbidden("only its owner or an admin can change a dataset")
        return dataset

    async def change(
        self, user: User, id_: UUID, *, name: str | None, visibility: Visibility | None
    ) -> Dataset:
        """Gives a dataset another name or shows it to others."""
        await self.own(user, id_)
        name = None if name is None else _checked(name)
        if not await self._datasets.change(id_, name=name, visibility=visibility):
            raise DatasetNameTaken(f"you have a dataset named {name!r} already")
        return await self.find(user, id_)

    async def remove_item(self, user: User, id_: UUID, path: str) -> int:
        """Takes a path out of the dataset; the version without it."""
        await self.own(user, id_)
        version = await self._items.remove(id_, path)
        if version is None:
            raise ItemNotFound(f"the dataset has no item {path!r}")
        return version

    async def items(self, user: User, id_: UUID, query: ItemQuery) -> Sequence[Item]:
        await self.find(user, id_)
        return await self._items.page(id_, query)

    async def chosen(self, user: User, id_: UUID, item_ids: Sequence[int]) -> Sequence[Item]:
        """Items by their ids, in that order; without those that the dataset never had."""
        await self.find(user, id_)
        return await self._items.chosen(id_, item_ids)

    async def labels(self, user: User, id_: UUID) -> Labels:
        await self.find(user, id_)
        return await self._items.labels(id_)

    async def importable(self, user: User, id_: UUID, path: str) -> str:
        """The real path of a folder that may be imported into the dataset."""
        await self.own(user, id_)
        return await self.check_importable(path)

    async def check_importable(self, path: str) -> str:
        """The real path of a folder below one of the import roots."""
        folder = await below(path, self._import_roots)
        if folder is None or not folder.is_dir():
            raise FolderNotAllowed(
                f"{path!r} is not a folder below an import root; web and worker are told those"
                " by IMPORT_ROOTS",
                fields=[("path", "not an allowed folder")],
            )
        return str(folder)

    async def check_blob(self, user: User, sha256: str) -> None:
        """Passes if an item that the user may see points to the blob."""
        if not await self._blobs.visible(bytes.fromhex(sha256), user):
            raise BlobNotFound(f"there is no blob {sha256!r}")


def _checked(told: str) -> str:
    name = told.strip()
    shown = name.translate(JOINERS).strip()
    if not shown or len(name) > MAX_NAME_LENGTH or not shown.isprintable():
        raise InvalidName(
            f"a dataset's name has 1 to {MAX_NAME_LENGTH} printable characters",
            fields=[("name", "not a name that can be shown")],
        )
    return name
