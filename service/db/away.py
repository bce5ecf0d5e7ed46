"""Away: tells a database that cannot answer now from one that refuses what it was told."""

import asyncpg
from sqlalchemy.exc import DBAPIError

DATABASE_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    DBAPIError,
    OSError,
    TimeoutError,
)
"""What a statement or storage may raise; `may_pass` says what is worth trying again."""

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutdown, crash, starting up, cancelled
    asyncpg.TransactionRollbackError,  # deadlock, serialisation
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.PostgresSystemError,
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were the silent ones
    asyncpg.ReadOnlySQLTransactionError,  # a standby, while another becomes the primary
    asyncpg.InvalidCachedStatementError,  # a migration has just run
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the next to use a connection that was terminated while idle
    ConnectionError,
    TimeoutError,
)
"""What is raised while a database restarts, is out of connections, or cannot be reached."""


def is_away(error: BaseException) -> bool:
    """Whether the same may succeed in a moment."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig else None
        return error.connection_invalidated or isinstance(cause, AWAY)
    # asyncpg sums up several refused addresses in a plain OSError, and calls a value that it will
    # not send both an InterfaceError and a ValueError
    return type(error) is OSError or (isinstance(error, AWAY) and not isinstance(error, ValueError))


def may_pass(error: BaseException) -> bool:
    """The same of storage too, which says OSError whatever it is."""
    return is_away(error) or isinstance(error, OSError)
