"""Away: tells a database that cannot be reached now from one that refuses what it was told."""

import asyncpg
from sqlalchemy.exc import DBAPIError

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    TimeoutError,
)
"""What is raised while a database restarts, is out of connections, or cannot be reached."""


def is_away(error: BaseException) -> bool:
    """Whether the same may succeed in a moment."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig else None
        return error.connection_invalidated or isinstance(cause, AWAY)
    # asyncpg sums up several refused addresses in a plain OSError
    return isinstance(error, AWAY) or type(error) is OSError
