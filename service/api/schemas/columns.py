"""Schemas of columns."""

from typing import Annotated

from pydantic import Field

from service.api.schemas.common import Body


class ColumnsQuery(Body):
    """Which columns, besides the ids of the items."""

    names: Annotated[str, Field(max_length=4096, examples=["brightness_mean,label"])]
    """Separated by commas: attributes of images as ``docs/image-analysis.md`` has them, ``format``,
    ``mode``, ``label``, ``split``."""
