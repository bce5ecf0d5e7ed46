"""Hub: one subscription of a web process feeds all of its streams; each keeps only the newest."""

import asyncio
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from service.domain.tasks import Status
from service.messaging.snapshots import Snapshots
from service.usecases.tasks import TaskActions

log = structlog.get_logger()

Snapshot = Mapping[str, Any]
AWAY_SECONDS = 1.0
RECONCILE_SECONDS = 5.0
"""How often the database is asked about watched tasks anyway; every second while Redis is away."""
MISSED_AT_ONCE = 200


def is_newer(snapshot: Snapshot, known: Snapshot) -> bool:
    """By ``seq``; of a task that waits, only its place in the line changes."""
    if snapshot["seq"] != known["seq"]:
        return snapshot["seq"] > known["seq"]
    return snapshot["status"] == Status.PENDING and snapshot["metadata"] != known["metadata"]


class Watch:
    """The newest snapshot of one task, for one stream; without what a thousand need not have."""

    __slots__ = ("_newest", "_news", "_others")

    def __init__(self, others: Iterable["Watch"] = ()) -> None:
        self._others = others
        self._newest: Snapshot | None = None
        self._news = asyncio.Event()

    def share(self, snapshot: Snapshot) -> Snapshot:
        """What the stream has read by itself, as one object for all that have read the same."""
        alike = (
            other._newest
            for other in self._others
            if other._newest is not None and other._newest["seq"] == snapshot["seq"]
        )
        shared = next(alike, snapshot)
        if self._newest is None:
            self._newest = shared
        return shared

    def tell(self, snapshot: Snapshot) -> None:
        """Replaces what nobody has fetched yet; an older one changes nothing."""
        if self._newest is None or is_newer(snapshot, self._newest):
            self._newest = snapshot
            self._news.set()

    async def next(self) -> Snapshot:
        """Waits for one that is newer than those before."""
        await self._news.wait()
        self._news.clear()
        assert self._newest is not None  # noqa: S101 - news come with one
        return self._newest


class Feed:
    """The newest snapshots of all tasks, for one stream that lets in whom it may see."""

    def __init__(self) -> None:
        self._waiting: dict[str, Snapshot] = {}
        self._seen: dict[str, int] = {}
        self._hidden: set[str] = set()
        self._followed: set[str] = set()
        self._news = asyncio.Event()

    @property
    def followed(self) -> Iterable[str]:
        """Tasks that have been told and not yet their end."""
        return self._followed

    def tell(self, snapshot: Snapshot) -> None:
        """Replaces what nobody has fetched yet; an older one changes nothing."""
        id_ = snapshot["id"]
        newest = self._waiting.get(id_)
        known = newest["seq"] if newest else self._seen.get(id_, -1)
        if id_ not in self._hidden and snapshot["seq"] > known:
            self._waiting[id_] = snapshot
            self._news.set()

    def let_in(self, snapshot: Snapshot) -> None:
        """A task that the stream has told by itself."""
        self._seen[snapshot["id"]] = snapshot["seq"]
        self._followed.add(snapshot["id"])

    async def stir(self) -> bool:
        """Waits until something is there to be fetched."""
        await self._news.wait()
        self._news.clear()
        return True

    def strangers(self) -> list[UUID]:
        """Waiting tasks of which nobody knows yet whether they may be seen."""
        return [UUID(id_) for id_ in self._waiting if id_ not in self._seen]

    def decide(self, strangers: Iterable[UUID], visible: set[UUID]) -> None:
        for id_ in strangers:
            if id_ in visible:
                self._seen[str(id_)] = -1
            else:
                self._hidden.add(str(id_))
                self._waiting.pop(str(id_), None)

    def take(self) -> Generator[Snapshot]:
        """What waits and may be seen; each is the newest at the moment when it is taken."""
        for id_ in [id_ for id_ in self._waiting if id_ in self._seen]:
            snapshot = self._waiting.pop(id_)
            if snapshot["seq"] <= self._seen[id_]:
                continue
            self._seen[id_] = snapshot["seq"]
            self._note_end(snapshot)
            yield snapshot

    def _note_end(self, snapshot: Snapshot) -> None:
        if Status(snapshot["status"]).final:
            self._followed.discard(snapshot["id"])
        else:
            self._followed.add(snapshot["id"])


class Hub:
    """Who watches what in this process."""

    def __init__(self, snapshots: Snapshots, tasks: TaskActions) -> None:
        self._snapshots = snapshots
        self._tasks = tasks
        self._watches: defaultdict[str, set[Watch]] = defaultdict(set)
        self._feeds: set[Feed] = set()
        self._told: dict[str, int] = {}
        self._pending: set[str] = set()
        """Watched tasks whose place in the line may have changed without a word."""

    @contextmanager
    def watch(self, task_id: UUID) -> Generator[Watch]:
        """Hears of the task from now on."""
        watches = self._watches[str(task_id)]
        watch = Watch(watches)
        watches.add(watch)
        try:
            yield watch
        finally:
            watches.discard(watch)
            if not watches:
                del self._watches[str(task_id)]

    @contextmanager
    def feed(self) -> Generator[Feed]:
        """Hears of every task from now on."""
        feed = Feed()
        self._feeds.add(feed)
        try:
            yield feed
        finally:
            self._feeds.discard(feed)

    async def run(self) -> None:
        """Listens for ever; while Redis is away the database is asked instead."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.warning("redis.away", error=repr(error))
                await self._reconcile()
                await asyncio.sleep(AWAY_SECONDS)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        asked = 0.0
        async for snapshot in self._snapshots.listen():
            if snapshot is not None:
                self._tell(snapshot)
            if loop.time() - asked > RECONCILE_SECONDS:
                asked = loop.time()
                await self._reconcile()

    def _tell(self, snapshot: Snapshot) -> None:
        self._told[snapshot["id"]] = snapshot["seq"]
        if snapshot["status"] == Status.PENDING:
            self._pending.add(snapshot["id"])
        else:
            self._pending.discard(snapshot["id"])
        for watch in self._watches.get(snapshot["id"], ()):
            watch.tell(snapshot)
        for feed in self._feeds:
            feed.tell(snapshot)

    async def _reconcile(self) -> None:
        """Messages may be lost; the database knows."""
        try:
            for snapshot in await self._missed():
                self._tell(snapshot)
        except Exception as error:
            log.warning("hub.not_reconciled", error=repr(error))

    async def _missed(self) -> list[Snapshot]:
        """Snapshots of what has moved without a word; what was told least lately comes first."""
        seqs = await self._seqs()
        self._told = {id_: self._told.get(id_, -1) for id_ in seqs}
        self._pending &= self._watches.keys()
        missed = [id_ for id_, seq in seqs.items() if seq > self._told[id_] or id_ in self._pending]
        some = sorted(missed, key=self._told.__getitem__)[:MISSED_AT_ONCE]
        return [*await self._tasks.snapshots([UUID(id_) for id_ in some])] if some else []

    async def _seqs(self) -> Mapping[str, int]:
        """By id, how far everything is that somebody here watches."""
        watched = set(self._watches).union(*(feed.followed for feed in self._feeds))
        if not watched and not self._feeds:
            return {}
        return await self._tasks.seqs([UUID(id_) for id_ in watched], active=bool(self._feeds))
