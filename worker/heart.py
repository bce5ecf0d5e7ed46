"""Heart: one beat a second renews this worker's leases, and rescues the chunks of the silent."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import structlog

from service.clock import Clock
from service.db.chunks import Lease
from service.usecases.runs import RunActions
from worker.saver import DATABASE_ERRORS

log = structlog.get_logger()

BEAT_SECONDS = 1.0
BEAT_TIMEOUT_SECONDS = 3.0
LEASE_SECONDS = 10.0
GIVE_UP_SECONDS = 8.0
"""A worker that could not renew for so long stops its children, before its leases end."""


class Heart:
    """Tells the runner which runs are still its own, or that it can no longer know."""

    def __init__(
        self,
        runs: RunActions,
        worker_id: UUID,
        clock: Clock,
        on_leases: Callable[[list[Lease], float], None],
        on_silence: Callable[[], None],
    ) -> None:
        self._runs = runs
        self._worker_id = worker_id
        self._clock = clock
        self._on_leases = on_leases
        self._on_silence = on_silence
        self._heard = clock.monotonic()
        self._healthy_since: float | None = None

    async def run(self) -> None:
        """Beats for ever."""
        while True:
            started = self._clock.monotonic()
            await self._beat(started)
            spent = self._clock.monotonic() - started
            await asyncio.sleep(max(BEAT_SECONDS - spent, 0))

    async def _beat(self, started: float) -> None:
        try:
            async with asyncio.timeout(BEAT_TIMEOUT_SECONDS):
                leases = await self._runs.renew(self._worker_id)
                self._heard_back(started)
                self._on_leases(leases, started)
                await self._rescue(started)
        except DATABASE_ERRORS as error:
            self._healthy_since = None
            log.warning("heartbeat.failed", error=repr(error))
            if self._clock.monotonic() - self._heard > GIVE_UP_SECONDS:
                self._on_silence()

    def _heard_back(self, started: float) -> None:
        if self._healthy_since is None or started - self._heard > GIVE_UP_SECONDS:
            self._healthy_since = started
        self._heard = started

    async def _rescue(self, now: float) -> None:
        """Only after a full lease of healthy database: its pause must not expire everybody."""
        if self._healthy_since is None or now - self._healthy_since < LEASE_SECONDS:
            return
        if rescued := await self._runs.rescue():
            log.warning("chunks.rescued", chunks=rescued)
