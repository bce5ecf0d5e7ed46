"""Told: what the child of a solo stage tells: progress and rows are saved as they come."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from service.domain.saves import FractionSave, ItemSave
from service.domain.stages import SOLO_TOTAL
from worker.work import Run, SoloTools

Rows = Sequence[Sequence[Any]]
"""(kind, item id, score, data) of items."""


async def as_they_are(run: Run, rows: Rows) -> Rows:
    """What a child says of items is all that there is to say."""
    del run
    return rows


async def result_of(
    run: Run,
    tools: SoloTools,
    function: str,
    item: Mapping[str, Any],
    shared: Mapping[str, Any],
    *,
    complete: Callable[[Run, Rows], Awaitable[Rows]] = as_they_are,
) -> Mapping[str, Any]:
    """The ``result`` that a function tells at last, after ``progress`` and ``items``.

    ``complete`` adds to rows what only the database knows.
    """
    result: Mapping[str, Any] = {}
    async with aclosing(tools.child(function, item, shared)) as outputs:
        async for told in outputs:
            if "progress" in told:
                thousandths = int(SOLO_TOTAL * told["progress"])
                await tools.save([FractionSave(run.chunk.fence, thousandths)])
            if "items" in told:
                rows = await complete(run, told["items"])
                await tools.save([ItemSave(run.chunk.fence, *row) for row in rows])
            if "result" in told:
                result = told["result"]
    return result
