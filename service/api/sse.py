"""SSE: the life of one task as a stream of events that ends with ``done``."""

import asyncio
import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import UUID

import anyio
import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from service.api.hub import Snapshot, Watch
from service.api.state import State
from service.domain.snapshots import rfc3339, snapshot
from service.domain.tasks import Status
from service.domain.users import User

RETRY_MS = 2000
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30
LIFETIME_SECONDS = 600
"""Streams end cleanly after about so long, and clients come back."""
LOG_LINES = 200
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}


async def task_events(request: Request, state: State, user: User, task_id: UUID) -> Response:
    """The stream of a task; 204 for a client that has seen its end, so that EventSource stops."""
    task = await state.runtime.tasks.find(user, task_id)
    if task.status.final and _last_id(request) == task.seq:
        return Response(status_code=204)
    ending = anyio.Event()
    stream = _Stream(state, user, task_id, ending)
    return EventSourceResponse(
        stream.events(),
        headers=HEADERS,
        ping=PING_SECONDS,
        sep="\n",
        send_timeout=SEND_TIMEOUT_SECONDS,
        shutdown_event=ending,
        shutdown_grace_period=1,
    )


def _last_id(request: Request) -> int | None:
    told = request.headers.get("last-event-id") or request.query_params.get("last_event_id") or ""
    return int(told) if told.isascii() and told.isdigit() else None


@dataclass
class _Stream:
    """One client's stream."""

    state: State
    user: User
    task_id: UUID
    ending: anyio.Event
    preview_seq: int = 0
    log_seq: int = 0

    async def events(self) -> AsyncGenerator[ServerSentEvent]:
        """Subscribes first and reads then, so that nothing falls between."""
        lifetime = LIFETIME_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311 - jitter
        loop = asyncio.get_running_loop()
        until = loop.time() + lifetime
        with self.state.hub.watch(self.task_id) as watch:
            told = snapshot(await self.state.runtime.tasks.find(self.user, self.task_id))
            retry = RETRY_MS + random.randrange(RETRY_MS // 2)  # noqa: S311 - jitter
            yield _event("snapshot", told, retry=retry)
            seen = told["seq"]
            while True:
                async for extra in self._extras(told):
                    yield extra
                if Status(told["status"]).final:
                    yield _event("done", told)
                    return
                newer = await self._next(watch, until - loop.time())
                if newer is None:
                    return
                if newer["seq"] > seen:
                    told, seen = newer, newer["seq"]
                    if not Status(told["status"]).final:
                        yield _event("progress", told)

    async def _next(self, watch: Watch, seconds: float) -> Snapshot | None:
        """The next snapshot; None where the stream is to end."""
        news = asyncio.ensure_future(watch.next())
        ending = asyncio.ensure_future(self.ending.wait())
        try:
            await asyncio.wait(
                {news, ending}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
            )
            return news.result() if news.done() else None
        finally:
            news.cancel()
            ending.cancel()

    async def _extras(self, told: Snapshot) -> AsyncGenerator[ServerSentEvent]:
        """What a snapshot only mentions: new lines of the log, a new preview."""
        if told["log_seq"] > self.log_seq:
            lines = await self.state.runtime.tasks.log(
                self.user,
                self.task_id,
                after=max(self.log_seq, told["log_seq"] - LOG_LINES),
                limit=LOG_LINES,
            )
            for line in lines:
                self.log_seq = line.seq
                facts = {"seq": line.seq, "time": rfc3339(line.time), "stage": line.stage}
                yield _plain("log", facts | {"level": line.level, "message": line.message})
        if told["preview_seq"] > self.preview_seq:
            self.preview_seq = told["preview_seq"]
            counts = await self.state.runtime.tasks.preview(self.task_id)
            yield _plain("preview", {"preview_seq": self.preview_seq, "counts": counts})


def _event(name: str, told: Snapshot, *, retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(
        orjson.dumps(told).decode(), event=name, id=str(told["seq"]), retry=retry, sep="\n"
    )


def _plain(name: str, data: object) -> ServerSentEvent:
    """Without an id: a client resumes by snapshots."""
    return ServerSentEvent(orjson.dumps(data).decode(), event=name, sep="\n")
