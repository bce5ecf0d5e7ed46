"""Told: what the child of a solo stage tells: progress and rows are saved as they come."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from service.domain.saves import FractionSave, ItemSave
from service.domain.stages import SOLO_TOTAL
from worker.work import Run, SoloTools


async def result_of(
    run: Run, tools: SoloTools, function: str, item: Mapping[str, Any], shared: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The ``result`` that a function tells at last, after ``progress`` and ``items``."""
    result: Mapping[str, Any] = {}
    async with aclosing(tools.child(function, item, shared)) as outputs:
        async for told in outputs:
            if "progress" in told:
                thousandths = int(SOLO_TOTAL * told["progress"])
                await tools.save([FractionSave(run.chunk.fence, thousandths)])
            if "items" in told:
                await tools.save([ItemSave(run.chunk.fence, *row) for row in told["items"]])
            if "result" in told:
                result = told["result"]
    return result
