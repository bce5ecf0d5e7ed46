"""Schemas of subsets."""

from service.api.schemas.common import Body
from service.api.schemas.tags import ItemIds


class SubsetBody(Body):
    """A dataset to create of items of another."""

    name: str
    item_ids: ItemIds
