"""A task type that does nothing, so that what is left is the cost of the core."""

from collections.abc import Mapping
from typing import Any

from service.catalog.entry import Catalogue, Entry, Params, Result, StageSpec
from worker.work import Analyses, Run, SoloTools, SoloWork


class NoOpParams(Params):
    """A number that tells one task from another."""

    number: int = 0


class NoOpResult(Result):
    """Nothing."""


NO_OP = Entry(
    name="no_op",
    version=1,
    title="No-op",
    summary="Does nothing.",
    params=NoOpParams,
    result=NoOpResult,
    stages=(StageSpec("only", "Doing nothing", weight=1),),
    cacheable=False,
)


async def _do_nothing(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    del run, tools
    return {}


CATALOGUE = Catalogue((NO_OP,))
ANALYSES: Analyses = {NO_OP.name: {"only": SoloWork(_do_nothing)}}
