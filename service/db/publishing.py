"""Publishing: shows embeddings, in place of those before, in the transaction that ends a task."""

from collections.abc import Mapping
from typing import Any

from service.catalog.entry import StageSpec
from service.db.connection import LONG_SECONDS
from service.db.embeddings import HOLD_NAME, PUBLISH
from service.db.engine import Database
from service.db.finishing import Finished, Finishing
from service.domain.chunks import ClaimedChunk
from service.domain.features import Extractor
from service.domain.tasks import Status


class Publishing:
    """Ends of tasks that make embeddings, in PostgreSQL."""

    def __init__(self, database: Database, finishing: Finishing) -> None:
        self._pool = database.pool
        self._finishing = finishing

    async def finish(
        self,
        chunk: ClaimedChunk,
        spec: StageSpec,
        result: Mapping[str, Any] | None,
        extractor: Extractor | None,
    ) -> Finished | None:
        """As ``Finishing.finish``; only a task that is completed by it shows what it has made."""
        async with self._pool.acquire() as connection, connection.transaction():
            finished = await self._finishing.finish(
                chunk, spec, result, extractor=extractor, connection=connection
            )
            if finished is not None and finished.status == Status.COMPLETED:
                await connection.execute(HOLD_NAME, chunk.task_id, timeout=LONG_SECONDS)
                await connection.execute(PUBLISH, chunk.task_id, timeout=LONG_SECONDS)
            return finished
