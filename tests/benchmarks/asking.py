"""HTTP/1.1 by hand: a client that costs next to nothing beside the server it asks."""

import asyncio
from collections.abc import Iterator


async def ask_all(host: str, port: int, requests: Iterator[bytes], connections: int) -> list[int]:
    """Sends requests over kept-alive connections, one after the other each; the statuses."""
    some = await asyncio.gather(
        *(_ask_one_by_one(host, port, requests) for _ in range(connections))
    )
    return [status for told in some for status in told]


async def _ask_one_by_one(host: str, port: int, requests: Iterator[bytes]) -> list[int]:
    reader, writer = await asyncio.open_connection(host, port)
    statuses: list[int] = []
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(head[9:12]))
        await reader.readexactly(_length(head))
    writer.close()
    return statuses


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def request(method: str, path: str, key: str, body: bytes = b"") -> bytes:
    """With an API key; a body is JSON."""
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: bench",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
