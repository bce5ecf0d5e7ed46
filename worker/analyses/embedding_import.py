"""embedding_import: reads vectors in a child and keeps those of items of the dataset."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import IO, Any
from uuid import UUID

from service.domain.datasets import clean_path
from service.domain.embeddings import VECTOR_ITEM_BYTES
from service.domain.saves import FractionSave
from service.domain.stages import SOLO_TOTAL
from worker.analyses.embedded import EmbeddingRoom
from worker.analyses.uploaded import upload_of
from worker.work import Run, SoloTools, SoloWork, StageFailed, StageWork

SHOWN = 100


async def read_vectors(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Keeps all vectors, which are shown under their name once the task is completed.

    The upload stays until the task has ended, so that a run whose worker dies can be repeated.
    """
    vectors = run.folder.new_file()
    vectors.touch()
    item = {"path": str(upload_of(run)), "vectors": str(vectors)}
    name: str = run.chunk.params["name"]
    dataset_id = _dataset_of(run)
    read, dimensions, unknown = 0, 0, list[str]()
    room = await EmbeddingRoom.of(run, dataset_id)
    await run.runtime.embeddings.begin(run.chunk.task_id, dataset_id, name)
    function = "service.compute.embeddings.read"
    with vectors.open("rb") as file:
        async with aclosing(tools.child(function, item, None)) as told:
            async for batch in told:
                if "ids" in batch:
                    read, dimensions = read + len(batch["ids"]), batch["dimensions"]
                    unknown += await _keep(run, dataset_id, file, batch)
                    room.check(read - len(unknown), dimensions)
                thousandths = int(SOLO_TOTAL * batch["progress"])
                await tools.save([FractionSave(run.chunk.fence, thousandths)])
    if len(unknown) == read:
        raise StageFailed("no_known_ids", f"none of the {read} ids is a path of the dataset")
    fence = run.chunk.fence
    return {
        "name": name,
        "dimensions": dimensions,
        "vectors": read,
        "kept": await run.runtime.embeddings.count(run.chunk.task_id, dimensions, fence),
        "unknown": len(unknown),
        "unknown_ids": unknown[:SHOWN],
    }


async def _keep(run: Run, dataset_id: UUID, file: IO[bytes], batch: Mapping[str, Any]) -> list[str]:
    """Keeps a batch; the ids that are no paths of the dataset."""
    width = batch["dimensions"] * VECTOR_ITEM_BYTES
    data = await asyncio.to_thread(file.read, len(batch["ids"]) * width)
    rows = {
        clean_path(id_) or id_: (id_, data[n * width : (n + 1) * width])
        for n, id_ in enumerate(batch["ids"])
    }
    known = await run.runtime.embeddings.add(
        run.chunk.task_id, dataset_id, {path: vector for path, (_, vector) in rows.items()}
    )
    return [id_ for path, (id_, _) in rows.items() if path not in known]


def _dataset_of(run: Run) -> UUID:
    dataset_id, _ = run.chunk.frozen()
    assert dataset_id is not None  # noqa: S101 - the face asks for one
    return dataset_id


EMBEDDING_IMPORT_WORK: Mapping[str, StageWork] = {"read": SoloWork(read_vectors)}
