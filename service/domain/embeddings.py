"""Embeddings: vectors of items that somebody has brought, under a name."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
