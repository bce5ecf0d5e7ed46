"""Waiting: holds an answer back until a task has moved or ended, fed by the hub."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from sse_starlette.sse import AppStatus

from service.api.hub import Snapshot, Watch
from service.api.operations import Call
from service.domain.snapshots import snapshot
from service.domain.tasks import Status, Task

LOOK_SECONDS = 1.0
"""How often it looks whether the server is about to end."""


def ended(told: Snapshot) -> bool:
    return Status(told["status"]).final


def moved(since: int, told: Snapshot) -> bool:
    return told["seq"] > since


async def wait_for(
    call: Call, task_id: UUID, enough: Callable[[Snapshot], bool], seconds: float
) -> Task:
    """The task as soon as it is enough, else after so many seconds, or before the server ends.

    Subscribes first and reads then, so that nothing falls between; what Redis loses, the hub asks
    the database for, once for all who wait.
    """
    tasks = call.state.runtime.tasks
    with call.state.hub.watch(task_id) as watch:
        task = await tasks.find(call.user, task_id)
        if enough(snapshot(task)) or not seconds:
            return task
        await _until(watch, enough, seconds)
    return await tasks.find(call.user, task_id)


async def _until(watch: Watch, enough: Callable[[Snapshot], bool], seconds: float) -> None:
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    while (left := end - clock()) > 0 and not AppStatus.should_exit:
        try:
            async with asyncio.timeout(min(left, LOOK_SECONDS)):
                if enough(await watch.next()):
                    return
        except TimeoutError:
            continue
