"""Listening: the parent's end of a worker's pulse; says when the worker has fallen silent."""

import asyncio
import os

STARTING_SECONDS = 120
SILENCE_SECONDS = 10
"""A lease: by then others have what it had."""
STEP_SECONDS = 1.0
"""Silence is counted in steps: time in which the parent was itself stopped does not count."""


async def silence(pipe: int) -> None:
    """Returns once nothing has been heard for too long; takes the pipe over."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        patience = STARTING_SECONDS
        while await _heard(reader, patience):
            patience = SILENCE_SECONDS
    finally:
        transport.close()


async def _heard(reader: asyncio.StreamReader, patience: int) -> bool:
    for _ in range(patience):
        try:
            async with asyncio.timeout(STEP_SECONDS):
                if await reader.read(1024):
                    return True
                await asyncio.sleep(STEP_SECONDS)  # it has closed its end
        except TimeoutError:
            continue
    return False
