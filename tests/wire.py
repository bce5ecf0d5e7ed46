"""Wire: a TCP line to a server that a test may cut, freeze, slow down and mend."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

BLOCK_BYTES = 1 << 16


class Wire:
    """Passes bytes on under an address of its own."""

    def __init__(self, target: str) -> None:
        self.lead_to(target)
        self.url = ""
        self.delay_seconds = 0.0
        """How long every block waits on its way."""
        self._whole = True
        self._frozen = False
        self._era = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._lines: set[asyncio.Task[None] | None] = set()

    def lead_to(self, target: str) -> None:
        """New lines go there."""
        self._target = urlsplit(target)

    def cut(self) -> None:
        """Open lines break, and new ones are closed at once."""
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """No line says anything any more; those that are open never will again."""
        self._frozen = True

    def mend(self) -> None:
        """New lines are whole and quick."""
        self._era += self._frozen
        self._whole, self._frozen, self.delay_seconds = True, False, 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, until either end closes it."""
        if not self._whole:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(
                self._target.hostname, self._target.port
            )
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        self._lines.add(line := asyncio.current_task())
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._writers -= ends
        self._lines.discard(line)

    async def close(self) -> None:
        """Returns once no line is left."""
        self.cut()
        if lines := [line for line in self._lines if line]:
            await asyncio.wait(lines)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        era = self._era
        with suppress(OSError):
            while block := await reader.read(BLOCK_BYTES):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if self._frozen or era != self._era:
                    continue
                writer.write(block)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire_to(target: str) -> AsyncGenerator[Wire]:
    """A whole line to a server; its address says what the server's says but for the place."""
    wire = Wire(target)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    parts = urlsplit(target)
    user, separator, _ = parts.netloc.rpartition("@")
    wire.url = parts._replace(netloc=f"{user}{separator}{place}").geturl()
    try:
        yield wire
    finally:
        server.close()
        await wire.close()
        await server.wait_closed()
