"""Active runs: what this worker has the lease of, and why it may have to let go."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto

from service.domain.chunks import ClaimedChunk, HandedBack, Lost, Outcome, Stopped
from service.storage.incoming import IncomingFolder


class Stop(Enum):
    """Why a run is killed."""

    CANCELLED = auto()
    LOST = auto()
    DRAINING = auto()


@dataclass
class ActiveRun:
    """A run that this worker has the lease of."""

    chunk: ClaimedChunk
    claimed_at: float
    folder: IncomingFolder
    stop: Stop | None = None
    work: "asyncio.Task[Outcome] | None" = None
    concluded: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, why: Stop) -> None:
        """Kills the work; a lost lease outranks every other reason."""
        if self.stop is None and self.work is not None:
            self.work.cancel()
        if self.stop is None or why is Stop.LOST:
            self.stop = why

    def killed(self) -> Outcome:
        """What being ended means for the chunk."""
        match self.stop:
            case Stop.CANCELLED:
                return Stopped()
            case Stop.LOST:
                return Lost()
            case Stop.DRAINING:
                return HandedBack()
            case None:
                raise asyncio.CancelledError
