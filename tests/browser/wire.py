"""Wire: a TCP line between a browser and the service that a test may cut and mend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

BLOCK_BYTES = 1 << 16


class Wire:
    """Passes bytes on; while it is cut, open lines break and new ones are closed at once."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._whole = True
        self._writers: set[asyncio.StreamWriter] = set()
        self.url = ""

    def cut(self) -> None:
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, until either end closes it."""
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(
            self._target.hostname, self._target.port
        )
        ends = {writer, far_writer}
        self._writers |= ends
        await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))
        self._writers -= ends


@asynccontextmanager
async def wire_to(target: str) -> AsyncGenerator[Wire]:
    """A whole line to a service, under an address of its own."""
    wire = Wire(target)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        wire.cut()
        server.close()
        await server.wait_closed()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while block := await reader.read(BLOCK_BYTES):
            writer.write(block)
            await writer.drain()
    writer.close()
