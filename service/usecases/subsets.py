"""New datasets of what somebody has chosen from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from service.db.items import OverQuota
from service.db.subsets import NameTaken, NothingChosen, Subsets
from service.domain.datasets import Dataset
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.datasets import DatasetActions, DatasetNameTaken
from service.usecases.uploads import QuotaExceeded


class NoItemsChosen(MeanwhileError):
    """A dataset of nothing."""

    code = "no_items_chosen"
    status = 422


@dataclass(frozen=True)
class NewSubset:
    """Items of a dataset, and what they are to be called together."""

    source: UUID
    name: str
    item_ids: Sequence[int]


class SubsetActions:
    """Makes datasets of items that are there."""

    def __init__(self, datasets: DatasetActions, subsets: Subsets, user_bytes: int) -> None:
        self._datasets = datasets
        self._subsets = subsets
        self._quota_bytes = user_bytes or None

    async def create(self, user: User, new: NewSubset) -> Dataset:
        """Of a dataset that the user may see; it is theirs, and its bytes count for them."""
        name = self._datasets.name_for_new(user, new.name)
        await self._datasets.find(user, new.source)
        id_ = uuid4()
        try:
            await self._subsets.create(
                id_,
                user.id,
                name,
                source=new.source,
                item_ids=new.item_ids,
                quota_bytes=self._quota_bytes,
            )
        except NameTaken:
            raise DatasetNameTaken(f"you have a dataset named {name!r} already") from None
        except NothingChosen:
            raise NoItemsChosen(
                "the dataset has none of these items; GET …/items lists those that it has",
                fields=[("item_ids", "not of this dataset")],
            ) from None
        except OverQuota:
            raise QuotaExceeded(
                f"with these items it would be more than the {self._quota_bytes} bytes that a user"
                " may have"
            ) from None
        return await self._datasets.find(user, id_)
