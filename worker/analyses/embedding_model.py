"""embedding_model: shows images to an ONNX model in children, and its vectors to users at once."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from service.catalog.image_analysis import ImageAnalysisParams
from service.domain.embeddings import VECTOR_ITEM_BYTES, Made
from service.domain.saves import ItemSave, Reason, SetAsideSave, VectorSave
from service.processes.output import ItemError, Output
from service.usecases.embeddings import ModelNotAllowed
from worker.analyses.embedded import EmbeddingRoom
from worker.analyses.image_features import features_work, frozen, unreadable
from worker.work import Batch, Kept, MapWork, Run, SoloTools, SoloWork, StageFailed, StageWork, Unit

THRESHOLDS: Mapping[str, Any] = ImageAnalysisParams().model_dump()
"""What the images being read are shown to have meanwhile."""

OF_THE_MODEL = frozenset(
    (
        "model_changed",
        "model_damaged",
        "model_external_data",
        "model_gone",
        "model_input",
        "model_not_allowed",
        "model_output",
        "model_too_large",
        "no_onnxruntime",
    )
)
"""Faults that no image has: none of the chunk's others would fare better."""


async def check_model(run: Run, tools: SoloTools) -> None:
    """Fails the task before any image is read, where the model cannot be used."""
    await _check_allowed(run)
    function = "service.compute.model_vectors.check"
    async with aclosing(tools.child(function, None, _shared(run))) as told:
        async for _ in told:
            pass


async def read_blobs(run: Run) -> Batch:
    """The readable images of the chunk that have no vector yet."""
    await _check_allowed(run)
    dataset_id, *_ = frozen(run)
    await run.runtime.embeddings.begin(run.chunk.task_id, dataset_id, run.chunk.params["name"])
    storage = run.runtime.storage
    blobs = await run.runtime.embeddings.left(run.chunk, run.spec)
    return Batch(
        [Unit(blob.id, {"path": str(storage.blob_path(blob.sha256))}, None) for blob in blobs]
    )


def keep_vector(run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    """The vector of an image, or why there is none; a model that fails all ends the run."""
    fence = run.chunk.fence
    if not isinstance(output, ItemError):
        return Kept(VectorSave(fence, unit.key, output.blob))
    if output.code in OF_THE_MODEL:
        raise StageFailed(output.code, output.detail)
    return Kept(SetAsideSave(fence, unit.key, Reason(output.code, output.detail)))


async def publish(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """Fails the task where the model went wrong: else its vectors are shown under their name."""
    made = await run.runtime.embeddings.made(run.chunk, run.entry.stage("vectors"))
    _check_made(made)
    dimensions = made.longest_bytes // VECTOR_ITEM_BYTES
    dataset_id, *_ = frozen(run)
    (await EmbeddingRoom.of(run, dataset_id)).check(made.vectors, dimensions)
    fence = run.chunk.fence
    kept = await run.runtime.embeddings.count(run.chunk.task_id, dimensions, fence)
    bad = await unreadable(run)
    await tools.save([_unreadable(run, one) for one in bad])
    return {
        "name": run.chunk.params["name"],
        "model_sha256": run.chunk.params["sha256"],
        "dimensions": dimensions,
        "items": len(bad) + await run.runtime.features.count_ready(*frozen(run)),
        "unreadable": len(bad),
        "kept": kept,
        "set_aside": made.set_aside,
    }


def _unreadable(run: Run, one: Mapping[str, Any]) -> ItemSave:
    reason = {"code": one["code"], "detail": one["detail"]}
    return ItemSave(run.chunk.fence, "unreadable", one["item_id"], 0.0, reason)


def _check_made(made: Made) -> None:
    for reason in made.reasons:
        if reason.code in OF_THE_MODEL:
            raise StageFailed(reason.code, reason.detail)
    if made.missing:
        raise StageFailed(
            "vectors_gone",
            f"the vectors of {made.missing} images were replaced or deleted; submit it anew",
        )
    if not made.vectors:
        why = f": {made.reasons[0].detail}" if made.reasons else ", for none can be read"
        raise StageFailed("no_vectors", f"the model has made a vector of no image{why}")
    if made.shortest_bytes != made.longest_bytes:
        raise StageFailed("model_output", "the vectors of the model differ in length")


async def _check_allowed(run: Run) -> None:
    """What was a model below a root when it was asked for may be a link or nothing by now."""
    model: str = run.chunk.params["model"]
    try:
        real = await run.runtime.own_embeddings.check_model(model)
    except ModelNotAllowed as error:
        raise StageFailed(error.code, "the model is not there any more") from error
    if str(real) != model:
        raise StageFailed(ModelNotAllowed.code, "the model is a link by now")


def _shared(run: Run) -> Mapping[str, Any]:
    asked = ("model", "sha256", "output", "mean", "std", "resize")
    limit = run.runtime.settings.max_image_pixels
    return {name: run.chunk.params[name] for name in asked} | {"max_pixels": limit}


EMBEDDING_MODEL_WORK: Mapping[str, StageWork] = {
    "check": SoloWork(check_model),
    "features": features_work(lambda _: THRESHOLDS),
    "vectors": MapWork(
        read=read_blobs,
        function="service.compute.model_vectors.vector",
        shared=_shared,
        keep=keep_vector,
        keeps=lambda run: run.chunk.params["sha256"],
    ),
    "publish": SoloWork(publish),
}
