"""Vectors: many rows of numbers, read a block at a time, always the same blocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.errors import Unreadable

BLOCK: Final = 4096
"""Rows that are taken at once. Sums are over blocks of items in their order, so that equal items
give equal bytes, however they came to be there."""

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Vectors:
    """(N, D) of uint8 or floats, which may be a memory map, and a weight for each of the D."""

    rows: NDArray[np.generic]
    weights: Points | None = None
    unit_length: bool = False
    """Whether only directions count, as they do where similarity is a cosine."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dimensions(self) -> int:
        return self.rows.shape[1]

    def blocks(self) -> Iterator[tuple[slice, Points]]:
        """Where each block is, and its rows as float32."""
        for start in range(0, len(self.rows), BLOCK):
            where = slice(start, min(start + BLOCK, len(self.rows)))
            yield where, self._prepared(self.rows[where])

    def _prepared(self, rows: NDArray[np.generic]) -> Points:
        block = np.array(rows, np.float32)
        if not np.isfinite(block).all():
            raise Unreadable("not_finite", "a vector holds a value that is not a finite number")
        if self.weights is not None:
            block *= self.weights
        if self.unit_length:
            lengths = np.linalg.norm(block, axis=1, keepdims=True)
            block /= np.where(lengths > 0, lengths, 1)
        return block
