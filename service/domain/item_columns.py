"""Item columns: what can be told of every item of a dataset at once, whatever task has read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.image_features import FORMATS, MODES, NUMBERS
from service.domain.map_columns import MapType


@dataclass(frozen=True)
class ItemId:
    """The item itself."""

    name: str = "item_id"
    type: MapType = MapType.I64


@dataclass(frozen=True)
class Number:
    """One of the numbers that are kept of an image; NaN where there is none."""

    name: str
    place: int
    type: MapType = MapType.F32


@dataclass(frozen=True)
class Code:
    """One of the numbers that stand for a name; 0 where there is none."""

    name: str
    place: int
    names: tuple[str | None, ...]
    """By what is told: one more than is kept, the last for what is kept as -1."""
    type: MapType = MapType.U32

    def name_of(self, kept: float) -> str | None:
        """What a number that is kept stands for."""
        return self.names[-1 if kept < 0 else int(kept) + 1]


@dataclass(frozen=True)
class Text:
    """What an item is called besides its path, as a code; 0 where it is not."""

    name: str
    type: MapType = MapType.U32


ItemColumn = ItemId | Number | Code | Text

CODED: Final = {"format_code": ("format", FORMATS), "mode_code": ("mode", MODES)}
OTHER: Final = "other"


def _of_features() -> list[Number | Code]:
    told: list[Number | Code] = []
    for place, number in enumerate(NUMBERS):
        name, names = CODED.get(number, (number, None))
        told.append(Code(name, place, (None, *names, OTHER)) if names else Number(name, place))
    return told


IMAGE_COLUMNS: Final[Sequence[Number | Code]] = _of_features()
ITEM_COLUMNS: Final[Mapping[str, ItemColumn]] = {
    column.name: column for column in (*IMAGE_COLUMNS, Text("label"), Text("split"))
}
"""By name, all but the id, which is always told."""
