"""Sets aside what is open in a chunk that is given up, and ends the chunk, in one transaction."""

from service.catalog.entry import StageSpec
from service.db.chunks import HOLD_FENCE
from service.db.engine import Database
from service.db.finishing import Finished, Finishing
from service.db.keys import ELSEWHERE, OPEN, SUBJECT, subject_of
from service.db.saves import COUNT
from service.db.task_log import APPEND
from service.domain.chunks import ClaimedChunk
from service.domain.tasks import Failure

REST = """
WITH {subject}, open AS ({open})
INSERT INTO set_aside (stage_id, key, code, detail)
SELECT (SELECT stage_id FROM subject), key, $10, $11 FROM open WHERE NOT EXISTS ({elsewhere})
ON CONFLICT (stage_id, key) DO NOTHING
RETURNING key
"""


class SettingAside:
    """What has failed for good, in PostgreSQL."""

    def __init__(self, database: Database, finishing: Finishing) -> None:
        self._pool = database.pool
        self._finishing = finishing

    async def give_up(
        self, chunk: ClaimedChunk, spec: StageSpec, failure: Failure, trace: str | None
    ) -> Finished | None:
        """Every open key gets the reason, but for those that another run is at.

        None where such are left, or the run is superseded: then the chunk is not ended.
        """
        assert spec.over is not None  # noqa: S101 - only map stages have keys
        rest = REST.format(subject=SUBJECT, open=OPEN[spec.over], elsewhere=ELSEWHERE[spec.over])
        fence, subject = chunk.fence, subject_of(chunk, spec)
        async with self._pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(HOLD_FENCE, fence.chunk_id, fence.run, fence.token)
            if held is None:
                return None
            aside = len(await connection.fetch(rest, *subject, failure.code, failure.detail))
            if aside:
                await connection.execute(COUNT, [fence.chunk_id], [aside], [-1], [aside], [0])
                line = f"{aside:,} {spec.unit} of a chunk are set aside: {failure.detail}"
                told = (chunk.task_id, spec.name, "error")
                await connection.execute(APPEND, *told, line, False)
                if trace is not None:
                    await connection.execute(APPEND, *told, trace, True)
            return await self._finishing.finish(chunk, spec, None, connection=connection)
