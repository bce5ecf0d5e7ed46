"""A download ends for whoever reads it, and for whoever does not."""

import asyncio
from collections.abc import AsyncGenerator

from starlette.types import Message, Scope

from service.api.downloads import Download

SCOPE: Scope = {"type": "http", "asgi": {"spec_version": "2.4"}}


class Making:
    """Parts of a file, and whether whoever makes them was let go of."""

    def __init__(self) -> None:
        self.ended = False

    async def parts(self) -> AsyncGenerator[bytes]:
        try:
            for part in (b"a", b"b"):
                yield part
        finally:
            self.ended = True


async def nothing() -> Message:
    return await asyncio.Event().wait() and {}


async def test_whoever_reads_gets_every_part() -> None:
    making, sent = Making(), list[Message]()

    async def taken(message: Message) -> None:
        sent.append(message)

    await Download(making.parts())(SCOPE, nothing, taken)

    assert b"".join(message.get("body", b"") for message in sent) == b"ab"
    assert sent[-1]["more_body"] is False
    assert making.ended


async def test_whoever_takes_nothing_is_given_up_and_gets_no_end() -> None:
    making, sent = Making(), list[Message]()

    async def stalled(message: Message) -> None:
        if message.get("body"):
            await asyncio.Event().wait()
        sent.append(message)

    download = Download(making.parts())
    download.patience_seconds = 0.01
    async with asyncio.timeout(5):
        await download(SCOPE, nothing, stalled)

    assert [message["type"] for message in sent] == ["http.response.start"]
    assert making.ended
