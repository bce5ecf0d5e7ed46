"""Heart: one beat a second renews this worker's leases, and rescues the chunks of the silent."""

import asyncio
import os
import socket
from uuid import UUID

import structlog

from service.clock import Clock
from service.db.away import DATABASE_ERRORS
from service.domain.workers import Worker
from service.usecases.runs import RunActions
from worker.active import ActiveRuns
from worker.pulse import Loop, Pulse

log = structlog.get_logger()

BEAT_SECONDS = 1.0
BEAT_TIMEOUT_SECONDS = 3.0
LEASE_SECONDS = 10.0
GIVE_UP_SECONDS = 8.0
"""A worker that could not renew for so long stops its children, before its leases end."""


class Heart:
    """Tells the active runs which are still their worker's, or that it can no longer know."""

    def __init__(
        self, runs: RunActions, worker_id: UUID, clock: Clock, active: ActiveRuns, pulse: Pulse
    ) -> None:
        self._runs = runs
        self._worker_id = worker_id
        self._clock = clock
        self._active = active
        self._pulse = pulse
        self._heard = clock.monotonic()
        self._healthy_since: float | None = None

    async def run(self) -> None:
        """Beats for ever, and gives up in time whatever a beat waits for."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._beat_for_ever())
            both.create_task(self._give_up_in_time())

    async def _beat_for_ever(self) -> None:
        while True:
            started = self._clock.monotonic()
            self._pulse.beat(Loop.HEART)
            await self._beat(started)
            spent = self._clock.monotonic() - started
            await asyncio.sleep(max(BEAT_SECONDS - spent, 0))

    async def _give_up_in_time(self) -> None:
        while True:
            left = self._heard + GIVE_UP_SECONDS - self._clock.monotonic()
            if left <= 0:
                log.warning("leases.given_up")
                self._active.lose_all()
            await asyncio.sleep(left if left > 0 else BEAT_SECONDS)

    async def _beat(self, started: float) -> None:
        try:
            async with asyncio.timeout(BEAT_TIMEOUT_SECONDS):
                held = self._active.held()
                leases = await self._runs.renew(self._worker_id, held)
                self._heard_back(started)
                self._active.keep(held, leases)
                await self._runs.seen(self._about())
                await self._rescue(started)
        except DATABASE_ERRORS as error:
            self._healthy_since = None
            log.warning("heartbeat.failed", error=repr(error))

    def _about(self) -> Worker:
        return Worker(
            id=self._worker_id,
            host=socket.gethostname(),
            pid=os.getpid(),
            slots=self._active.slots,
            run_seconds=self._active.run_seconds,
        )

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
