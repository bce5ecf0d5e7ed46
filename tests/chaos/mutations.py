"""Mutations: what is broken on purpose, one at a time, to see that the suite notices."""

import asyncio
import functools
from collections.abc import Callable, Mapping
from typing import Any

from service.db import chunks, finishing, leases, planning, saves, setting_aside
from service.db.tasks import Tasks
from service.domain.chunks import ClaimedChunk
from service.domain.snapshots import snapshot
from service.messaging.snapshots import Snapshots
from service.messaging.tickets import Tickets
from service.usecases.runs import RunActions
from service.usecases.telling import Telling

HASTE_SECONDS = 0.3
"""By how much what is not committed yet is told too early."""


def fence_removed() -> None:
    """Whoever once had a chunk may write and end it."""
    fence = "AND c.run = told.run AND c.token = told.token"
    for name in ("FINISH_ONE", "FINISH_MANY"):
        _set(finishing, **{name: _cut(getattr(finishing, name), fence, "")})
    ranges = {over: _cut(sql, fence, "") for over, sql in finishing.FINISH_RANGE.items()}
    _set(finishing, FINISH_RANGE=ranges)
    hold = _cut(
        chunks.HOLD_FENCE, "run = $2 AND token = $3", "$2::int > 0 AND $3::uuid IS NOT NULL"
    )
    for module in (planning, setting_aside):
        _set(module, HOLD_FENCE=hold)
    unfenced = _cut(saves.FENCE, "AND told.run = c.run AND told.token = c.token", "")
    _set(saves, FENCE=_cut(unfenced, "SELECT c.id, c.run,", "SELECT c.id, told.run,"))


def lease_never_renewed() -> None:
    """A heartbeat asks what is left and extends nothing."""
    extended = f"lease_until = clock_timestamp() + {leases.LEASE}"
    _set(leases, RENEW=_cut(leases.RENEW, extended, "lease_until = lease_until"))


def rescuer_off() -> None:
    """Nobody gives the chunks of the silent to others."""
    _set(leases, RESCUE=leases.RELEASE.format(which="false"))


def published_before_commit() -> None:
    """Everybody is told of a task's end before it is sure."""
    finish, begin = RunActions.finish, Telling.__init__
    ways: dict[Telling, tuple[Tasks, Snapshots]] = {}

    def note(self: Telling, tasks: Tasks, tickets: Tickets, snapshots: Snapshots) -> None:
        begin(self, tasks, tickets, snapshots)
        ways[self] = tasks, snapshots

    @functools.wraps(finish)
    async def hasty(self: RunActions, chunk: ClaimedChunk, result: Any) -> Any:
        tasks, snapshots = ways[self.telling]
        (task,) = await tasks.read([chunk.task_id])
        told = snapshot(task) | {"status": "completed", "progress": 100.0, "seq": task.seq + 1}
        await snapshots.publish({task.id: told})
        await asyncio.sleep(HASTE_SECONDS)
        return await finish(self, chunk, result)

    _set(Telling, __init__=note)
    _set(RunActions, finish=hasty)


def hand_back_charged() -> None:
    """A clean hand-back costs an attempt."""
    _set(chunks, HAND_BACK=_cut(chunks.HAND_BACK, "attempts + $5", "attempts + 1 + 0 * $5"))


def finished_unseen() -> None:
    """A chunk ends without a look at what is open in it, and a run brings only half."""
    ends = dict.fromkeys(finishing.FINISH_RANGE, finishing.FINISH_ONE)
    _set(finishing, FINISH_RANGE=ends)
    original = RunActions.save

    @functools.wraps(original)
    async def half(self: RunActions, worker_id: Any, batch: Any) -> Any:
        return await original(self, worker_id, batch[::2])

    _set(RunActions, save=half)


MUTATIONS: Mapping[str, Callable[[], None]] = {
    mutation.__name__: mutation
    for mutation in (
        fence_removed,
        lease_never_renewed,
        rescuer_off,
        published_before_commit,
        hand_back_charged,
        finished_unseen,
    )
}


def _cut(sql: str, what: str, by: str) -> str:
    """Fails where the statement is not the one that this knows."""
    assert what in sql, f"{what!r} is not in the statement any more"
    return sql.replace(what, by)


def _set(owner: object, **names: object) -> None:
    for name, value in names.items():
        setattr(owner, name, value)
