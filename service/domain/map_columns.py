"""Map columns: what is said of every item, one value an item and column, packed."""

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BLOCK_ROWS: Final = 65_536
"""Values of a column that are kept and read at once."""


class MapType(StrEnum):
    """How a value is packed, by the names that safetensors has for them; little-endian."""

    I64 = "I64"
    I32 = "I32"
    U32 = "U32"
    F32 = "F32"

    @property
    def size_bytes(self) -> int:
        return int(self[1:]) // 8

    @property
    def whole(self) -> bool:
        return self is not MapType.F32

    def unpacked(self, data: bytes) -> Sequence[int | float]:
        """The values of a block."""
        values = array(CODES[self], data)
        if sys.byteorder == "big":
            values.byteswap()
        return values


CODES: Final = {MapType.I64: "q", MapType.I32: "i", MapType.U32: "I", MapType.F32: "f"}
"""What the module array calls them."""


@dataclass(frozen=True)
class MapColumn:
    """A column; those with the widest values come first, so that all can be read in place."""

    name: str
    type: MapType
    meaning: str


def score_of(kind: str) -> str:
    """The name of the column that has the score of every item for what some are listed as."""
    return f"{kind}_score"
