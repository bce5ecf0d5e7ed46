"""The stage that every analysis of images begins with, and what it leaves for those after it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from service.domain.features import Extractor
from service.domain.image_features import NUMBERS, OWN_THUMBNAIL_BYTES
from service.domain.saves import FeatureSave, Reason
from service.processes.output import ItemError, Output
from worker.analyses.image_preview import count_image, count_unreadable
from worker.work import Batch, Kept, MapWork, Run, Unit

Thresholds = Callable[[Run], Mapping[str, Any]]
"""Below which a score is an issue, for the preview."""


def features_work(thresholds: Thresholds) -> MapWork:
    """Reads the images of a chunk that nobody has read, in children."""
    return MapWork(
        read=read_blobs,
        function="service.compute.images.extract",
        shared=_shared,
        keep=partial(keep_features, thresholds),
    )


def _shared(run: Run) -> Mapping[str, int]:
    max_pixels = run.runtime.settings.max_image_pixels
    return {"max_pixels": max_pixels, "own_thumbnail_bytes": OWN_THUMBNAIL_BYTES}


async def read_blobs(run: Run) -> Batch:
    """Claims the blobs of the chunk whose features nobody has computed or is computing."""
    claim = await run.runtime.features.claim(
        run.chunk, extractor_of(run), of_target=run.spec.of_target
    )
    storage = run.runtime.storage
    return Batch(
        [
            Unit(
                blob.id,
                {"path": str(storage.blob_path(blob.sha256)), "size_bytes": blob.size_bytes},
                blob.sha256,
            )
            for blob in claim.blobs
        ],
        claim.elsewhere,
    )


def keep_features(thresholds: Thresholds, run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    """The features of an image and its thumbnail, or why it is unreadable."""
    fence = run.chunk.fence
    if isinstance(output, ItemError):
        reason = Reason(output.code, output.detail)
        save = FeatureSave(fence, extractor_of(run), unit.key, unreadable=reason)
        return Kept(save, count=partial(count_unreadable, code=reason.code))
    numbers: Mapping[str, float] = output.data["numbers"]
    save = FeatureSave(
        fence,
        extractor_of(run),
        unit.key,
        numbers=[float(numbers[name]) for name in NUMBERS],
        signature=bytes.fromhex(output.data["signature"]),
        descriptor=bytes.fromhex(output.data["descriptor"]),
        facts=output.data["facts"],
    )
    count = partial(
        count_image, numbers=numbers, facts=output.data["facts"], params=thresholds(run)
    )
    return Kept(save, thumbnail=(unit.subject, output.blob), count=count)


def frozen(run: Run, *, of_target: bool = False) -> tuple[UUID, int, Extractor]:
    """Which features a stage after it is to read: those of the version that was asked about."""
    dataset_id, version = run.chunk.frozen(of_target=of_target)
    assert dataset_id is not None  # noqa: S101 - the face asks for one
    assert version is not None  # noqa: S101 - frozen when it was submitted
    return dataset_id, version, extractor_of(run)


async def unreadable(run: Run) -> list[dict[str, Any]]:
    """The items that could not be read, as children are told of them."""
    rows = await run.runtime.features.unreadable(*frozen(run))
    return [{"item_id": id_, "code": reason.code, "detail": reason.detail} for id_, reason in rows]


async def tell_paths(run: Run, items: Iterable[dict[str, Any]]) -> None:
    """Children know items by id; people know them by path."""
    shown = list(items)
    paths = await run.runtime.features.paths([item["item_id"] for item in shown])
    for item in shown:
        item["path"], item["sha256"] = paths[item["item_id"]]


def extractor_of(run: Run) -> Extractor:
    assert run.entry.extractor is not None  # noqa: S101 - its catalogue entry names one
    return run.entry.extractor
