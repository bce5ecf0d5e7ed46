"""Embeddings: vectors of items that somebody has brought, under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.domain.saves import Reason

VECTOR_ITEM_BYTES = 2
"""They are kept as float16 of unit length: only directions are compared."""


@dataclass(frozen=True)
class Embeddings:
    """Vectors of one name; those that replace them have another id."""

    id: UUID
    name: str
    dimensions: int
    vectors: int
    created_at: datetime

    @property
    def vector_bytes(self) -> int:
        return self.dimensions * VECTOR_ITEM_BYTES


@dataclass(frozen=True)
class Made:
    """What a model has made of the images of a task so far."""

    vectors: int
    shortest_bytes: int
    longest_bytes: int
    missing: int
    """Images that have no vector and were not set aside."""
    set_aside: int
    reasons: Sequence[Reason]
    """Why, the most frequent first."""
