"""What analyses that make embeddings have in common: their owner must have room for them."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from service.domain.embeddings import VECTOR_ITEM_BYTES
from service.usecases.uploads import QuotaExceeded, Room
from worker.work import Run, StageFailed


@dataclass(frozen=True)
class EmbeddingRoom:
    """What the owner of the dataset may still have, without what is replaced."""

    room: Room
    replaced_bytes: int

    @classmethod
    async def of(cls, run: Run, dataset_id: UUID) -> Self:
        task_id, name = run.chunk.task_id, run.chunk.params["name"]
        replaced = await run.runtime.embeddings.replaced_bytes(task_id, dataset_id, name)
        return cls(await run.runtime.uploads.room_in(dataset_id), replaced)

    def check(self, vectors: int, dimensions: int) -> None:
        """Fails the task where so many are more than the owner may have."""
        more_bytes = vectors * dimensions * VECTOR_ITEM_BYTES - self.replaced_bytes
        if more_bytes <= 0:
            return
        try:
            self.room.check_quota(more_bytes)
        except QuotaExceeded as error:
            raise StageFailed(error.code, error.detail) from error
