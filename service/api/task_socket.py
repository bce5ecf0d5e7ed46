"""Task socket: the life of one task over a WebSocket, told at least once a second."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import orjson
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.status import WS_1008_POLICY_VIOLATION
from starlette.websockets import WebSocket, WebSocketDisconnect

from service.api.auth import authenticate_watcher
from service.api.hub import Snapshot, Watch
from service.api.operations import path_id
from service.api.sse import SEND_TIMEOUT_SECONDS
from service.api.state import state_of
from service.db.away import is_away
from service.domain.snapshots import snapshot
from service.domain.tasks import Status
from service.domain.users import User
from service.usecases.tasks import TaskActions

EVERY_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 5.0
"""How often it is asked whether whoever watches still may."""


def socket_routes() -> list[BaseRoute]:
    return [WebSocketRoute("/ws/task/{task_id}", watch_task)]


async def watch_task(websocket: WebSocket) -> None:
    """What is wrong before the handshake is answered as HTTP; later only a close code can tell."""
    state = state_of(websocket)
    tasks, task_id = state.runtime.tasks, path_id(websocket, "task_id")
    user = await authenticate_watcher(websocket, state.runtime.access, task_id)
    with state.hub.watch(task_id) as watch:
        first = snapshot(await tasks.find(user, task_id))
        await websocket.accept()
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(_pass_over(websocket))
            await _Socket(websocket, watch, tasks, user, task_id).tell(first)
            listening.cancel()


async def _pass_over(websocket: WebSocket) -> None:
    """What a client says means nothing, but unread it would hide that the client has gone."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


@dataclass(frozen=True)
class _Socket:
    """One client's socket; while the client is slow, only the newest snapshot waits for it."""

    websocket: WebSocket
    watch: Watch
    tasks: TaskActions
    user: User
    task_id: UUID

    async def tell(self, told: Snapshot) -> None:
        """Until the task has ended, or the client is gone, too slow or may look no more."""
        loop = asyncio.get_running_loop()
        looked = loop.time()
        with suppress(WebSocketDisconnect, TimeoutError):
            await self._send(told)
            while not Status(told["status"]).final:
                told = await self._next(told)
                if loop.time() - looked > LOOK_AGAIN_SECONDS:
                    looked = loop.time()
                    if not await self._may_look():
                        await self.websocket.close(WS_1008_POLICY_VIOLATION)
                        return
                await self._send(told)
            await self.websocket.close()

    async def _next(self, told: Snapshot) -> Snapshot:
        """A newer one as soon as it comes; else the same again, as a sign of life."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_SECONDS):
                newer = await self.watch.next()
            if newer["seq"] > told["seq"]:
                return newer
        return told

    async def _send(self, told: Snapshot) -> None:
        async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
            await self.websocket.send_text(orjson.dumps(told).decode())

    async def _may_look(self) -> bool:
        try:
            return self.task_id in await self.tasks.visible(self.user, [self.task_id])
        except Exception as error:
            if is_away(error):
                return True
            raise
