"""SSE: how every stream is begun, kept awake and ended."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar, cast

import anyio
import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

RETRY_MS = 2000
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30
LIFETIME_SECONDS = 600
"""Streams end cleanly after about so long, and clients come back."""
HEADERS = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}

T = TypeVar("T")
Events = AsyncGenerator[bytes]
"""Encoded: a stream that waits holds on to what it sent last."""


AWAKE = b": awake\n\n"
"""What a stream says that has no news, so that no proxy takes it for dead."""


class Closing:
    """When a stream is to end: after its lifetime, or with its server.

    A stream that waits has no task beside it: there may be thousands.
    """

    __slots__ = ("_clock", "_until")

    def __init__(self) -> None:
        self._clock: asyncio.Timeout | None = None
        lifetime = LIFETIME_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311 - jitter
        self._until = asyncio.get_running_loop().time() + lifetime

    @property
    def now(self) -> bool:
        """Whether it is to end."""
        return asyncio.get_running_loop().time() >= self._until

    async def first(self, news: Awaitable[T]) -> T | None:
        """What comes next; None where the stream is to say that it is awake, or to end."""
        quiet = asyncio.get_running_loop().time() + PING_SECONDS
        try:
            async with asyncio.timeout_at(min(quiet, self._until)) as self._clock:
                return await news
        except TimeoutError:
            return None
        finally:
            self._clock = None

    def set(self) -> None:
        """The server ends: what sse-starlette tells its ``shutdown_event``."""
        self._until = asyncio.get_running_loop().time()
        if self._clock is not None and not self._clock.expired():
            self._clock.reschedule(self._until)


def stream(events: Callable[[Closing], Events]) -> Response:
    """An answer that tells events for as long as they come, and says itself that it is awake."""
    closing = Closing()
    return EventSourceResponse(
        events(closing),
        headers=HEADERS,
        ping=0,
        sep="\n",
        send_timeout=SEND_TIMEOUT_SECONDS,
        shutdown_event=cast("anyio.Event", closing),
        shutdown_grace_period=1,
    )


def event(name: str, data: object, *, id_: int | None = None, retry_ms: int | None = None) -> bytes:
    """A client resumes behind the last event that had an id."""
    told = None if id_ is None else str(id_)
    text = orjson.dumps(data).decode()
    return ServerSentEvent(text, event=name, id=told, retry=retry_ms, sep="\n").encode()


def first_event(name: str, data: object, *, id_: int | None = None) -> bytes:
    """Says when to come back, too: not everybody at the same moment."""
    retry_ms = RETRY_MS + random.randrange(RETRY_MS // 2)  # noqa: S311 - jitter
    return event(name, data, id_=id_, retry_ms=retry_ms)
