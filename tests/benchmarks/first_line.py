"""A task type whose only work is to say when its first line ran in a child."""

import time
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from service.catalog.entry import Catalogue, Entry, Params, Result, StageSpec
from worker.work import Analyses, Run, SoloTools, SoloWork


def now(item: object, shared: object) -> dict[str, float]:
    """The first line of the analysis."""
    return {"began_at": time.time()}


class FirstLineParams(Params):
    """A number that tells one task from another."""

    number: int = 0


class FirstLineResult(Result):
    """Seconds since the epoch."""

    began_at: float


FIRST_LINE = Entry(
    name="first_line",
    version=1,
    title="First line",
    summary="Says when it ran.",
    params=FirstLineParams,
    result=FirstLineResult,
    stages=(StageSpec("only", "Looking at the clock", weight=1),),
    cacheable=False,
)


async def _ask_child(run: Run, tools: SoloTools) -> Mapping[str, Any]:
    del run
    async with aclosing(tools.child(f"{__name__}.{now.__name__}", {}, None)) as told:
        return [value async for value in told][-1]


CATALOGUE = Catalogue((FIRST_LINE,))
ANALYSES: Analyses = {FIRST_LINE.name: {"only": SoloWork(_ask_child)}}
