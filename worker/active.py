"""Active runs: what this worker has the lease of, and why it may have to let go."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from service.db.leases import Lease
from service.domain.chunks import ClaimedChunk, Failed, Fence, HandedBack, Lost, Outcome, Stopped
from service.storage.incoming import IncomingFolder

LATEST_SHARE = 0.1
"""How much of what runs take lately is what the last one took."""


class Stop(Enum):
    """Why a run is killed."""

    CANCELLED = auto()
    LOST = auto()
    DRAINING = auto()


@dataclass
class ActiveRun:
    """A run that this worker has the lease of."""

    chunk: ClaimedChunk
    folder: IncomingFolder
    stop: Stop | Failed | None = None
    """A failure where what it makes cannot be kept."""
    work: "asyncio.Task[Outcome] | None" = None
    concluding: bool = False
    """Its work is over, and only the database has still to be told."""
    concluded: asyncio.Event = field(default_factory=asyncio.Event)
    began: float = field(default_factory=time.monotonic)

    def end(self, why: Stop | Failed) -> None:
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
                return HandedBack(why="a chunk is handed back: its worker ends")
            case Failed() as failed:
                return failed
            case None:
                raise asyncio.CancelledError


class ActiveRuns:
    """All of a worker's, a slot each while they work.

    A chunk may be in two of them: a lost run and a new one.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.run_seconds: float | None = None
        self._runs: dict[Fence, ActiveRun] = {}
        self._free = asyncio.Event()
        self._free.set()

    def __iter__(self) -> Iterator[ActiveRun]:
        return iter(list(self._runs.values()))

    @property
    def free_slots(self) -> int:
        """How many more may begin; no more than there are slots may be being saved meanwhile."""
        concluding = sum(run.concluding for run in self._runs.values())
        return self.slots - len(self._runs) + min(concluding, self.slots)

    def add(self, run: ActiveRun) -> None:
        self._runs[run.chunk.fence] = run
        if self.free_slots <= 0:
            self._free.clear()

    def conclude(self, run: ActiveRun) -> None:
        """Its slot is free for another, while what it made is saved."""
        run.concluding = True
        if self.free_slots > 0:
            self._free.set()

    def remove(self, run: ActiveRun) -> None:
        del self._runs[run.chunk.fence]
        took = time.monotonic() - run.began
        usual = took if self.run_seconds is None else self.run_seconds
        self.run_seconds = usual + LATEST_SHARE * (took - usual)
        run.concluded.set()
        if self.free_slots > 0:
            self._free.set()

    def find(self, fence: Fence) -> ActiveRun | None:
        return self._runs.get(fence)

    async def wait_for_slot(self) -> None:
        """Returns once any slot is free."""
        await self._free.wait()

    def held(self) -> list[Fence]:
        """The runs that are to be kept."""
        return [fence for fence, run in self._runs.items() if run.stop is not Stop.LOST]

    def keep(self, asked: Sequence[Fence], leases: Sequence[Lease]) -> None:
        """Kills those of the runs asked for that are not ours any more, and what is cancelled."""
        left = {(lease.chunk_id, lease.run): lease for lease in leases}
        for run in filter(None, map(self.find, asked)):
            lease = left.get((run.chunk.fence.chunk_id, run.chunk.fence.run))
            if lease is None:
                run.end(Stop.LOST)
            elif lease.cancelling:
                run.end(Stop.CANCELLED)

    def end(self, fence: Fence, why: Stop | Failed) -> None:
        """Kills a run, if it is still active."""
        if run := self.find(fence):
            run.end(why)

    def has_failed(self, fence: Fence) -> bool:
        """Whether something that it has made could not be kept."""
        run = self.find(fence)
        return run is not None and isinstance(run.stop, Failed)

    def lose_all(self) -> None:
        """Nothing was heard from the database for too long: somebody else may have our chunks."""
        for run in self:
            run.end(Stop.LOST)
