"""Schemas of tags, and of items that were chosen."""

from typing import Annotated

from pydantic import Field

from service.api.schemas.common import Answer, Body

MOST_CHOSEN = 100_000
MAX_TAG_LENGTH = 100
Tag = Annotated[str, Field(min_length=1, max_length=MAX_TAG_LENGTH)]
ItemIds = Annotated[
    list[Annotated[int, Field(ge=1, lt=1 << 63)]], Field(min_length=1, max_length=MOST_CHOSEN)
]
"""Of the dataset; those that it never had, and what was removed since, are left out."""


class TagsBody(Body):
    """Tags to add to and to remove from items; where both name one, it is added."""

    item_ids: ItemIds
    add: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()
    remove: Annotated[tuple[Tag, ...], Field(max_length=20)] = ()


class TagsAnswer(Answer):
    """How many of the items there are, which now have these tags and not those."""

    items: int
