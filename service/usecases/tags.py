"""What users may mark items of their datasets with, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.db.tags import Tags, TooMany
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.datasets import DatasetActions, DatasetNotFound

MOST_TAGS: Final = 100
"""Of a dataset, and so of an item."""


class InvalidTag(MeanwhileError):
    """A tag that cannot be shown."""

    code = "invalid_tag"
    status = 422


class TooManyTags(MeanwhileError):
    """A dataset has only so many tags."""

    code = "too_many_tags"
    status = 422


@dataclass(frozen=True)
class Tagging:
    """Tags to add to and to remove from items."""

    item_ids: Sequence[int]
    add: Sequence[str]
    remove: Sequence[str]


class TagActions:
    """Marks items."""

    def __init__(self, datasets: DatasetActions, tags: Tags) -> None:
        self._datasets = datasets
        self._tags = tags

    async def change(self, user: User, dataset_id: UUID, asked: Tagging) -> int:
        """All or nothing; how many items of the newest version it was."""
        add, remove = map(_checked, asked.add), map(_checked, asked.remove)
        await self._datasets.own(user, dataset_id)
        try:
            changed = await self._tags.change(
                dataset_id, asked.item_ids, add=list(add), remove=list(remove), most=MOST_TAGS
            )
        except TooMany:
            raise TooManyTags(f"a dataset has at most {MOST_TAGS} tags; remove some") from None
        if changed is None:
            raise DatasetNotFound(dataset_id)
        return changed


def _checked(told: str) -> str:
    tag = told.strip()
    if not tag or not tag.isprintable():
        raise InvalidTag(f"a tag has printable characters, which {told!r} has not")
    return tag
