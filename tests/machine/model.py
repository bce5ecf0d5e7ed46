"""Model: what must be answered, by the books and by what was asked before."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from service.domain.tasks import Priority
from service.usecases.task_problems import ActiveTwin, TaskNotRetryable, TooManyActiveTasks
from service.usecases.tasks import Redo
from tests.machine.books import Books, ChunkRow, TaskRow

MOST_ACTIVE = 3
"""Of a user."""


@dataclass(frozen=True)
class Wish:
    """What a request asks for."""

    type: str
    n: int
    priority: Priority
    force: bool


@dataclass(frozen=True)
class Answer:
    """What became of a request; a task that is created is known by its id only afterwards."""

    outcome: str
    task_id: UUID | None = None


@dataclass(frozen=True)
class What:
    """By which tasks are equal: a nap is its owner's own, all else is the dataset's."""

    type: str
    n: int
    owner_id: UUID | None


@dataclass
class Model:
    """What was asked for until now."""

    whats: dict[UUID, What] = field(default_factory=dict[UUID, What])
    """By task."""
    remembered: dict[tuple[UUID, str], tuple[Wish, Answer]] = field(
        default_factory=dict[tuple[UUID, str], tuple[Wish, Answer]]
    )
    """By user and key."""

    def answer(self, books: Books, version: int, owner_id: UUID, wish: Wish, key: str) -> Answer:
        """To a request of this moment; an empty key is none."""
        if (owner_id, key) in self.remembered:
            before, answer = self.remembered[owner_id, key]
            return answer if before == wish else Answer("reused")
        equal = [
            task for task in books.tasks.values() if self.whats[task.id] == what(owner_id, wish)
        ]
        if active := [task for task in equal if task.active]:
            return Answer("active", active[0].id)
        if wish.type == "survey" and not wish.force and (whole := _whole(equal, version)):
            return Answer("cached", whole.id)
        return Answer("full") if _full(books, owner_id) else Answer("created")

    def note(self, owner_id: UUID, wish: Wish, key: str, answer: Answer) -> None:
        """Remembers what was answered with a task."""
        assert answer.task_id is not None
        self.whats.setdefault(answer.task_id, what(owner_id, wish))
        if key:
            self.remembered.setdefault((owner_id, key), (wish, answer))

    def refusal(self, books: Books, id_: UUID, redo: Redo) -> type[Exception] | None:
        """Why a task may not be retried; None if it may."""
        task = books.tasks[id_]
        ended_early = task.status in ("failed", "cancelled") and redo is Redo.REST
        if not ended_early and not (task.partial and redo is Redo.FAILED_ITEMS):
            return TaskNotRetryable
        others = [t for t in books.tasks.values() if t.active]
        if any(self.whats[other.id] == self.whats[id_] for other in others):
            return ActiveTwin
        return TooManyActiveTasks if _full(books, task.owner_id) else None


def what(owner_id: UUID, wish: Wish) -> What:
    return What(wish.type, wish.n, owner_id if wish.type == "nap" else None)


def next_chunks(books: Books, limit: int) -> set[int]:
    """What a claim must get: each owner's first, whose have fewest running; then the oldest."""
    turns = sorted((turn, chunk.start_tag, chunk.id) for turn, chunk in _turns(books))
    return {id_ for *_, id_ in turns[:limit]}


def _turns(books: Books) -> Iterator[tuple[int, ChunkRow]]:
    busy: defaultdict[UUID, int] = defaultdict(int)
    for chunk in books.chunks.values():
        busy[chunk.owner_id] += chunk.state == "running"
    for chunk in sorted(books.chunks.values(), key=lambda chunk: (chunk.start_tag, chunk.id)):
        if chunk.state == "waiting":
            busy[chunk.owner_id] += 1
            yield busy[chunk.owner_id], chunk


def _whole(equal: list[TaskRow], version: int) -> TaskRow | None:
    whole = [
        (task.completed_at, task)
        for task in equal
        if task.status == "completed" and not task.partial and task.dataset_version == version
    ]
    newest = max((ended for ended, _ in whole if ended), default=None)
    return next((task for ended, task in whole if ended == newest), None)


def _full(books: Books, owner_id: UUID) -> bool:
    mine = [task for task in books.tasks.values() if task.owner_id == owner_id and task.active]
    return len(mine) >= MOST_ACTIVE
