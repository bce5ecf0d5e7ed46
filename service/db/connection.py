"""Connection: one to PostgreSQL that is given up within seconds once nobody answers on it."""

import asyncio
import socket
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import asyncpg

STATEMENT_SECONDS = 10.0
"""How long an ordinary statement may take, and so how long a dead connection keeps one."""
LONG_SECONDS = 600.0
"""The same for statements whose work grows with a dataset: plans, exports, removal."""
PROBE_SECONDS = 2.0
"""How long a connection that has rested may take to say that it is still there."""
REST_SECONDS = 5.0
CANCEL_SECONDS = 1.0
"""How long the server may take to confirm that it has stopped a statement."""

KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 3, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 15_000}
"""Of our end, where the platform knows them: packets that nobody confirms end the connection,
however long its statement may take. In seconds, but for the last: milliseconds."""

SERVER_SIDE = """
SELECT set_config(told.name, told.value, false) FROM (VALUES
    ('tcp_keepalives_idle', '5'), ('tcp_keepalives_interval', '3'), ('tcp_keepalives_count', '3'),
    ('tcp_user_timeout', '15s'), ('idle_in_transaction_session_timeout', '30s')
) AS told (name, value)
"""
"""The other end: what a transaction holds is free again soon after its client has gone silent."""


class Connection(asyncpg.Connection):
    """Notices that the other end is gone, whether or not anybody has closed it."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        self._used = monotonic()
        keep_alive(transport.get_extra_info("socket"))

    def rest(self) -> None:
        """It has just been of use."""
        self._used = monotonic()

    async def answers(self) -> bool:
        """Whether it may be used; one that has rested is asked, and dropped if it says nothing."""
        if self.is_closed():
            return False
        if monotonic() - self._used < REST_SECONDS:
            return True
        try:
            await self.execute("SELECT", timeout=PROBE_SECONDS)
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.terminate()
            return False
        self.rest()
        return True

    async def _cancel(self, waiter: Any, cancel_waiter: Any = None) -> None:
        """Waits less for a dead server than asyncpg, which gives it as long as a statement."""
        async with asyncio.timeout(CANCEL_SECONDS) as clock:
            await super()._cancel(waiter, cancel_waiter)
        if clock.expired():
            self.terminate()


def connect_options(url: str) -> dict[str, Any]:
    """No TLS on loopback: asyncpg would look for certificates in a HOME that may be unreadable."""
    return {"ssl": False} if urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1") else {}


def keep_alive(ours: socket.socket) -> None:
    """Has the kernel ask the other end, if it is another machine's, whether it is still there."""
    if ours.family == getattr(socket, "AF_UNIX", None):
        return
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if (number := getattr(socket, name, None)) is not None:
            ours.setsockopt(socket.IPPROTO_TCP, number, value)
