"""Downloads: files that are made while they are sent."""

import asyncio
from contextlib import aclosing
from functools import partial
from typing import Any

import structlog
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

log = structlog.get_logger()


class NotRead(Exception):
    """Whoever downloads has taken nothing for too long."""


class Download(StreamingResponse):
    """Stops what makes it as soon as nobody reads it any more: there are few who can make some."""

    patience_seconds = 60.0

    async def stream_response(self, send: Send) -> None:
        making: Any = self.body_iterator
        try:
            async with aclosing(making):
                await super().stream_response(partial(self._send, send))
        except NotRead:  # without its end the server closes the connection
            log.warning("download.not_read", seconds=self.patience_seconds)

    async def _send(self, send: Send, message: Message) -> None:
        try:
            async with asyncio.timeout(self.patience_seconds):
                await send(message)
        except TimeoutError:
            raise NotRead from None
