"""Writers: every transaction says whose it is, process and runs, so that the ledger can note it."""

import functools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from service.db.finishing import Finishing
from service.db.pool import Pool
from service.domain.chunks import ClaimedChunk, Fence
from service.usecases.runs import RunActions

RUNS: ContextVar[str] = ContextVar("runs", default="")
SAY = "SELECT set_config('chaos.writer', $1, false)"


def announce(process: str) -> None:
    """From now on, whatever this process writes bears its name."""
    _wrap_acquire(process)
    for method in ("plan", "finish", "fail", "stop", "hand_back"):
        _wrap(RunActions, method, _of_chunk)
    _wrap(RunActions, "save", _of_batch)
    _wrap(Finishing, "finish_solos", _of_many)


def _of_chunk(chunk: ClaimedChunk, *_: object) -> Iterable[Fence]:
    return [chunk.fence]


def _of_batch(_: object, batch: Iterable[Any]) -> Iterable[Fence]:
    return _of_many(batch)


def _of_many(brought: Iterable[Any]) -> Iterable[Fence]:
    return {one.fence for one in brought}


def _wrap(owner: type, method: str, fences: Callable[..., Iterable[Fence]]) -> None:
    original = getattr(owner, method)

    @functools.wraps(original)
    async def told(self: Any, *given: Any, **named: Any) -> Any:
        token = RUNS.set(" ".join(f"{f.chunk_id}:{f.run}" for f in fences(*given)))
        try:
            return await original(self, *given, **named)
        finally:
            RUNS.reset(token)

    setattr(owner, method, told)


def _wrap_acquire(process: str) -> None:
    original = getattr(Pool, "_acquire")  # noqa: B009 - the only door to all of them

    async def acquire(self: Any, timeout: float | None) -> Any:  # noqa: ASYNC109 - asyncpg's name
        connection = await original(self, timeout)
        try:
            await connection.execute(SAY, f"{process} {RUNS.get()}")
        except BaseException:
            await self.release(connection)
            raise
        return connection

    setattr(Pool, "_acquire", acquire)  # noqa: B010 - it is private by its name
