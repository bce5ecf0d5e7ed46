"""Chunks as a worker has claimed them."""

from uuid import UUID, uuid4

from service.domain.chunks import ChunkKind, ClaimedChunk, Fence


def claimed(chunk_id: int = 1, *, task_id: UUID | None = None) -> ClaimedChunk:
    """A chunk of that task, else of one of its own."""
    return ClaimedChunk(
        fence=Fence(chunk_id, 1, uuid4()),
        kind=ChunkKind.WORK,
        first_key=0,
        last_key=0,
        attempts=0,
        task_id=task_id or uuid4(),
        task_type="image_analysis",
        stage_id=1,
        stage="features",
        params={},
        owner_id=uuid4(),
        dataset_id=None,
        dataset_version=None,
        target_id=None,
        target_version=None,
        cancelling=False,
    )
