"""Forgetting: removes tasks, results and logs that are too old, whoever else does the same."""

from dataclasses import dataclass

import structlog

from service.catalog.entry import Catalogue
from service.db.ageing import Aged, Ageing
from service.domain.keeping import Keeping

TASKS_AT_ONCE = 100
ROWS_AT_ONCE = 5000

log = structlog.get_logger()


@dataclass(frozen=True)
class Forgetting:
    """What is kept no longer."""

    ageing: Ageing
    catalogue: Catalogue
    keeping: Keeping
    tasks_at_once: int = TASKS_AT_ONCE
    rows_at_once: int = ROWS_AT_ONCE

    async def forget(self) -> int:
        """Looks at every old task once, in short transactions; how many are gone."""
        cacheable = [entry.name for entry in self.catalogue if entry.cacheable]
        last, gone = None, 0
        while page := await self.ageing.aged(
            self.keeping, cacheable, after=last, limit=self.tasks_at_once
        ):
            gone += await self._forget(page)
            last = page[-1]
        if gone:
            log.info("tasks.forgotten", tasks=gone)
        return gone

    async def _forget(self, page: list[Aged]) -> int:
        tasks = [aged.id for aged in page if aged.task]
        if logs := [aged.id for aged in page if aged.log and not aged.task]:
            await self.ageing.forget_logs(logs, limit=self.rows_at_once)
        if results := [aged.id for aged in page if aged.result and not aged.task]:
            await self.ageing.forget_results(results, limit=self.rows_at_once)
        return await self.ageing.forget_tasks(tasks, limit=self.rows_at_once) if tasks else 0
