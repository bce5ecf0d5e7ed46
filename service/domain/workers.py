"""Workers: what each says of itself, once a second."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Worker:
    """A worker that is alive."""

    id: UUID
    host: str
    pid: int
    slots: int
    run_seconds: float | None
    """What its runs took lately, on average."""
