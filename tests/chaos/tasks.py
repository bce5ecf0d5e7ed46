"""Task types of the suite: nothing, a nap, and items that do as their bytes say."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from service.catalog.catalogue import CATALOGUE
from service.catalog.entry import Catalogue, Entry, Over, Params, Result, StageSpec
from service.domain.features import Extractor
from service.domain.saves import FeatureSave, FractionSave, Reason
from service.domain.stages import SOLO_TOTAL
from service.processes.output import ItemError, Output
from worker.analyses import ANALYSES
from worker.work import Analyses, Batch, Kept, MapWork, Run, SoloTools, SoloWork, Unit

CHILDREN = "tests.chaos.children."
EXTRACTOR = Extractor("behaviour", version=1)


class NothingParams(Params):
    """A number, so that no two are equal."""

    n: int = 0


class NapParams(Params):
    """How long, and whether signals are heard."""

    n: int = 0
    seconds: float = 1.0
    deaf: bool = False


class ItemsParams(Params):
    """How long each item takes."""

    seconds: float = 0.1


class Nothing(Result):
    """There is nothing to tell."""


def _entry(name: str, params: type[Params], *stages: StageSpec) -> Entry:
    return Entry(name, 1, name, name, params, Nothing, stages, cacheable=False)


CHAOS_CATALOGUE = Catalogue(
    (
        *CATALOGUE,
        _entry("nothing", NothingParams, StageSpec("work", "Working", weight=1)),
        _entry("nap", NapParams, StageSpec("work", "Sleeping", weight=1)),
        _entry(
            "items",
            ItemsParams,
            StageSpec(
                "behave",
                "Behaving",
                weight=0.9,
                over=Over.BLOBS_WITHOUT_FEATURES,
                unit="items",
                chunk_size=5,
                extractor=EXTRACTOR,
            ),
            StageSpec("end", "Ending", weight=0.1),
        ),
    )
)


async def do_nothing(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    del run, tools
    return {}


async def sleep(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    """In a child, saving how far it is."""
    async with aclosing(tools.child(f"{CHILDREN}nap", dict(run.chunk.params), None)) as told:
        async for fraction in told:
            await tools.save([FractionSave(run.chunk.fence, int(SOLO_TOTAL * fraction))])
    return {}


async def read_items(run: Run) -> Batch:
    claim = await run.runtime.features.claim(run.chunk, EXTRACTOR)
    path = run.runtime.storage.blob_path
    units = [Unit(blob.id, {"path": str(path(blob.sha256))}, None) for blob in claim.blobs]
    return Batch(units, claim.elsewhere)


def keep_item(run: Run, unit: Unit, output: Output | ItemError) -> Kept:
    fence = run.chunk.fence
    if isinstance(output, ItemError):
        reason = Reason(output.code, output.detail)
        return Kept(FeatureSave(fence, EXTRACTOR, unit.key, unreadable=reason))
    return Kept(FeatureSave(fence, EXTRACTOR, unit.key, numbers=[], facts=output.data))


CHAOS_ANALYSES: Analyses = {
    **ANALYSES,
    "nothing": {"work": SoloWork(do_nothing)},
    "nap": {"work": SoloWork(sleep)},
    "items": {
        "behave": MapWork(
            read=read_items,
            function=f"{CHILDREN}behave",
            shared=lambda run: {"seconds": run.chunk.params["seconds"]},
            keep=keep_item,
        ),
        "end": SoloWork(do_nothing),
    },
}
