"""Keys: every name that Meanwhile uses in Redis, each with its lifetime."""

from datetime import timedelta
from uuid import UUID

TICKETS = "meanwhile:tickets"
"""The arq queue."""
TICKETS_LIFETIME = timedelta(days=1)

BELL = "meanwhile:bell"
"""Channel: there is work."""

SNAPSHOTS = "meanwhile:snapshots"
"""Channel: a task has moved; the message is its snapshot."""

SNAPSHOT_LIFETIME = timedelta(hours=1)


def snapshot(task_id: UUID) -> str:
    """A hash with ``seq`` and ``snapshot``."""
    return f"meanwhile:task:{task_id}"
