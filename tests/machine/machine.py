"""Machine: users, workers, time and chance, in any order; the core must answer as the model says.

Hypothesis chooses the order and, where a law is broken, looks for the shortest one that breaks it.
"""

import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from service.domain.chunks import ChunkKind, ClaimedChunk, Fence
from service.domain.saves import (
    FeatureSave,
    FileSave,
    FractionSave,
    ListedSave,
    Reason,
    Save,
    SetAsideSave,
)
from service.domain.tasks import Failure, Priority
from service.domain.users import User
from service.usecases.task_problems import IdempotencyKeyReused, TaskEnded, TooManyActiveTasks
from service.usecases.tasks import Redo, Submission
from tests.machine.books import TaskRow
from tests.machine.laws import Step, wrong_at, wrong_between
from tests.machine.model import Answer, Model, Wish, next_chunks
from tests.machine.shapes import EXTRACTOR, SHAPES
from tests.machine.world import World

T = TypeVar("T")
REASON = Reason("poison", "for a test")
FAULT = Failure("a_fault", "for a test")
LISTED = range(5)
"""Keys of the files that an intake lists."""
WORKERS = [uuid4() for _ in range(3)]
MOST_ITEMS = 7
ROUNDS = 20
"""Within which all that was accepted is done, if nothing more goes wrong."""

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
"""A step asks a database."""

PAST_LEASES = """
UPDATE chunks SET lease_until = now() - interval '1 second' WHERE state = 'running'
"""
PAST_HOLDS = "UPDATE chunks SET held_until = now() - interval '1 second' WHERE state = 'held'"
LONG_AGO = "UPDATE chunks SET started_at = started_at - interval '7 seconds'"

TYPE = st.sampled_from([entry.name for entry in SHAPES])
WHICH = st.integers(0, 5)
"""One of those that there are, counted round and round."""
SOME = st.lists(WHICH, min_size=1, max_size=3)
WORKER = st.sampled_from(range(len(WORKERS)))


def play(world: World, examples: int, steps: int, *, shrink: bool = True) -> None:
    """Raises what is wrong, with the steps that lead to it."""
    phases = (Phase.explicit, Phase.generate, *((Phase.shrink,) if shrink else ()))
    run_state_machine_as_test(
        machine_of(world),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=SLOW,
        ),
    )


def machine_of(world: World) -> "type[TaskMachine]":
    """Machines of this world; each begins anew."""
    return type("Machine", (TaskMachine,), {"world": world})


@dataclass
class Run:
    """What a worker believes to have, and which keys it has read."""

    chunk: ClaimedChunk
    worker: int
    keys: list[int] = field(default_factory=list[int])

    @property
    def fence(self) -> Fence:
        return self.chunk.fence

    @property
    def works(self) -> bool:
        """It does not plan."""
        return self.chunk.kind is ChunkKind.WORK

    @property
    def ranged(self) -> bool:
        """It has keys, each of which must be settled."""
        return self.works and self.chunk.stage in ("look", "copy")


class TaskMachine(RuleBasedStateMachine):
    """The life of tasks."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.runs = self.world.runtime.runs
        self.tasks = self.world.runtime.tasks
        self.world.begin_anew()
        self.books = self.world.read()
        self.model = Model()
        self.held: list[Run] = []
        self.late: list[Run] = []
        """Superseded, ended or taken away, which their workers may not know."""

    def _do(self, action: Coroutine[Any, Any, T], step: Step | None = None) -> T:
        """One step; the laws hold whether it is answered or refused."""
        before = self.books
        try:
            return self.world.do(action)
        finally:
            self.books = self.world.read()
            wrong = list(wrong_between(before, self.books, step or Step()))
            assert not wrong, "\n".join(wrong)
            self._sort()

    def _sort(self) -> None:
        """Which runs are still their workers'."""
        mine = [(c.id, c.run, c.token) for c in self.books.chunks.values() if c.token]
        for run in self.held[:]:
            if (run.fence.chunk_id, run.fence.run, run.fence.token) not in mine:
                self.held.remove(run)
                self.late.append(run)

    @invariant()
    def the_books_are_right(self) -> None:
        wrong = list(wrong_at(self.books))
        assert not wrong, "\n".join(wrong)

    # What users do.

    @initialize(types=st.lists(TYPE, min_size=2, max_size=4))
    def begin(self, types: Sequence[str]) -> None:
        for n, type_ in enumerate(types):
            self.submit(n % 2, type_, 0, Priority.NORMAL, force=False, key="")

    @rule(
        user=st.integers(0, 1),
        type_=TYPE,
        n=st.sampled_from((0, 0, 1)),
        priority=st.sampled_from(Priority),
        force=st.sampled_from((False, False, True)),
        key=st.sampled_from(("", "", "", "a")),
    )
    def submit(
        self, user: int, type_: str, n: int, priority: Priority, force: bool, key: str
    ) -> None:
        owner, wish = self.world.users[user], Wish(type_, n, priority, force)
        version = max(self.books.items.values())
        expected = self.model.answer(self.books, version, owner.id, wish, key)

        answer = self._asked(owner, wish, key)

        if expected == Answer("created"):
            assert answer.outcome == "created"
            assert answer.task_id not in self.model.whats
        else:
            assert answer == expected
        if answer.task_id is not None:
            self.model.note(owner.id, wish, key, answer)

    def _asked(self, owner: User, wish: Wish, key: str) -> Answer:
        asked = Submission(
            wish.type,
            None if wish.type == "nap" else self.world.dataset.id,
            params={"n": wish.n},
            priority=wish.priority,
            force=wish.force,
            key=key or None,
        )
        try:
            told = self._do(self.tasks.start(owner, asked))
        except TooManyActiveTasks:
            return Answer("full")
        except IdempotencyKeyReused:
            return Answer("reused")
        return Answer(told.outcome, told.task.id)

    @precondition(lambda self: self._tasks(active=True))
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        begun = sorted(self._tasks(active=True), key=lambda task: task.status == "pending")
        task = self._pick(begun, which)
        running = any(c.task_id == task.id and c.token for c in self.books.chunks.values())
        self._do(self.tasks.cancel(self._owner(task), task.id))
        now = self.books.tasks[task.id]
        left = {c.state for c in self.books.chunks.values() if c.task_id == task.id and c.open}
        assert (now.status == "cancelled", left) == (not running, {"running"} if running else set())
        assert now.cancel_requested_at is not None

    @precondition(lambda self: self._tasks(active=True))
    @rule(which=WHICH, priority=st.sampled_from(Priority))
    def change_priority(self, which: int, priority: Priority) -> None:
        task = self._pick(self._tasks(active=True), which)
        self._do(self.tasks.change_priority(self._owner(task), task.id, priority))
        now = self.books.tasks[task.id]
        ahead = priority.head_start - Priority(task.priority).head_start
        assert (now.priority, now.start_tag) == (priority, task.start_tag - ahead)

    @precondition(lambda self: self._tasks(active=False))
    @rule(which=WHICH, redo=st.sampled_from(Redo))
    def retry(self, which: int, redo: Redo) -> None:
        """Nothing else can be asked of a task that has ended."""
        ended = sorted(self._tasks(active=False), key=lambda task: not task.set_aside)
        task = self._pick(ended, which)
        with pytest.raises(TaskEnded):
            self._do(self.tasks.cancel(self._owner(task), task.id))
        with pytest.raises(TaskEnded):
            self._do(self.tasks.change_priority(self._owner(task), task.id, Priority.HIGH))
        refusal = self.model.refusal(self.books, task.id, redo)
        retried = self.tasks.retry(self._owner(task), task.id, redo)
        if refusal is not None:
            with pytest.raises(refusal):
                self._do(retried)
        else:
            self._do(retried, Step(retried=task.id))
            assert self.books.tasks[task.id].status == "pending"

    @precondition(lambda self: len(self.books.items) < MOST_ITEMS)
    @rule(user=st.integers(0, 1))
    def upload(self, user: int) -> None:
        """What was found before answers no more."""
        self.world.upload(1)
        self.books = self.world.read()
        self.submit(user, "survey", 0, Priority.NORMAL, force=False, key="")

    # What workers do.

    @precondition(lambda self: self._waiting())
    @rule(worker=WORKER, limit=st.integers(1, 3))
    def claim(self, worker: int, limit: int) -> None:
        expected = next_chunks(self.books, limit)
        claims = self._do(self.runs.claim(WORKERS[worker], limit))
        chunks = sorted((told.chunk for told in claims), key=lambda chunk: chunk.fence.chunk_id)
        assert {chunk.fence.chunk_id for chunk in chunks} == expected
        for chunk in chunks:
            task = self.books.tasks[chunk.task_id]
            assert chunk.cancelling == (task.cancel_requested_at is not None)
        self.held += [Run(chunk, worker) for chunk in chunks]

    @precondition(lambda self: self.held or self._waiting())
    @rule(worker=WORKER, aside=st.booleans())
    def work(self, worker: int, aside: bool) -> None:
        """What a worker does as long as nothing happens to it."""
        self.claim(worker, 4)
        for run in [run for run in self.held if run.worker == worker]:
            self._end(run, aside=aside)

    @precondition(lambda self: self.held)
    @rule(which=SOME, keys=st.integers(0, 2), aside=st.booleans())
    def save(self, which: Sequence[int], keys: int, aside: bool) -> None:
        """Of several runs at once, also of some that are late."""
        some = self.held + self._superseded()
        runs = {(run := self._pick(some, n)).fence: run for n in which}
        self._save([run for run in runs.values() if run.works], keys, aside=aside)

    @precondition(lambda self: self.held)
    @rule(which=WHICH, whole=st.booleans())
    def finish(self, which: int, whole: bool) -> None:
        """Also where something is left out, and where its task is being cancelled."""
        run = self._pick(self.held, which)
        if not run.works:
            self._plan(run)
            return
        if whole:
            self._save([run], sys.maxsize, aside=False)
        self._finish(run)

    @precondition(lambda self: self.held)
    @rule(which=WHICH, how=st.sampled_from(("drain", "wait", "try again", "fail", "stop")))
    def give_up(self, which: int, how: str) -> None:
        run = self._pick(self.held, which)
        match how:
            case "drain":
                self._hand_back(run, after_seconds=0, charged=False)
            case "wait":
                self._hand_back(run, after_seconds=60, charged=False)
            case "try again":
                self._hand_back(run, after_seconds=60, charged=True)
            case "fail":
                self._do(self.runs.fail(run.chunk, FAULT))
                ended = ("done", "held") if run.ranged else ("failed",)
                assert self._state(run) in ended
            case _ if self._cancelling(run):
                self._stop(run)
            case _:
                pass

    @precondition(lambda self: self.late)
    @rule(which=WHICH)
    def be_late(self, which: int) -> None:
        """A worker that does not know that its run is over can do nothing."""
        run, before = self._pick(self._superseded() or self.late, which), self.books
        if run.works:
            self._save([run], sys.maxsize, aside=False)
            assert self._do(self.runs.finish(run.chunk, {"made": "late"})) is None
        else:
            assert self._do(self.runs.plan(run.chunk)) is None
        back = self.runs.hand_back(run.chunk, after_seconds=0, charged=True, why="it is late")
        assert self._do(back) is None
        self._do(self.runs.stop(run.chunk))
        self._do(self.runs.fail(run.chunk, FAULT))
        assert self.books == before

    # What time and chance do.

    @precondition(lambda self: self._tasks(active=True))
    @rule(worker=WORKER, due=st.booleans(), forgetful=st.booleans())
    def beat(self, worker: int, due: bool, forgetful: bool) -> None:
        """A heartbeat renews what it is told, wakes what is due and drops what nobody is at."""
        told = [run.fence for run in self.held + self.late if run.worker == worker]
        mine = [run.fence for run in self.held if run.worker == worker]
        forgotten = mine[:1] if forgetful else []
        if due:
            self.world.sql(PAST_HOLDS)
        self.world.sql(LONG_AGO)
        held = [fence for fence in told if fence not in forgotten]
        leases = self._do(self.runs.renew(WORKERS[worker], held))
        kept = {(fence.chunk_id, fence.run) for fence in mine if fence not in forgotten}
        assert {(lease.chunk_id, lease.run) for lease in leases} == kept
        for fence in forgotten:
            assert self.books.chunks[fence.chunk_id].state == "waiting"
        assert not due or all(c.state != "held" for c in self.books.chunks.values())

    @precondition(lambda self: self.held)
    @rule(worker=WORKER, how=st.sampled_from(("silent", "died", "ended")), taken=st.booleans())
    def lose(self, worker: int, how: str, taken: bool) -> None:
        """What a worker had is given to others: by any other, or by its parent."""
        id_ = WORKERS[worker]
        has = self.books.running(id_)
        if how == "silent":
            self.world.sql(f"{PAST_LEASES} AND worker_id = $1", id_)
            lost = self.runs.rescue()
        else:
            lost = self.runs.release_worker(id_, charged=how == "died")
        charged = has if how != "ended" else ()
        assert self._do(lost, Step(charged=frozenset(charged))) == len(has)
        assert not self.books.running(id_)
        if taken:
            self.claim((worker + 1) % len(WORKERS), 4)

    def teardown(self) -> None:
        """Whatever has happened: what was accepted can be brought to its end."""
        if sys.exc_info()[0] is None:
            self._drain()
            self.the_books_are_right()
            assert all(not task.active for task in self.books.tasks.values())

    def _drain(self) -> None:
        for worker in range(len(WORKERS)):
            self.lose(worker, "silent", taken=False)
        for _ in range(ROUNDS):
            if not any(task.active for task in self.books.tasks.values()):
                return
            self.beat(0, due=True, forgetful=False)
            self.claim(0, 4)
            for run in self.held[:]:
                self._end(run, aside=False)

    def _end(self, run: Run, *, aside: bool) -> None:
        if self._cancelling(run):
            self._stop(run)
        elif run.works:
            self._save([run], sys.maxsize, aside=aside)
            self._finish(run)
        else:
            self._plan(run)

    # What several of them need.

    def _plan(self, run: Run) -> None:
        stage = self.books.stages[run.chunk.stage_id]
        keys = sorted(self.books.open_keys(stage))
        assert self._do(self.runs.plan(run.chunk)) is not None
        cut = [c for c in self.books.chunks_of(stage.id) if c.kind == "work"]
        covered = [[k for k in keys if c.first_key <= k <= c.last_key] for c in cut]
        assert sorted(chain(*covered)) == keys
        assert [chunk.size for chunk in cut] == [len(some) for some in covered]

    def _save(self, runs: list[Run], keys: int, *, aside: bool) -> None:
        """Up to so many keys of each, maybe one set aside; the saves of the late are refused."""
        batch = [save for run in runs for save in self._saves(run, keys, aside=aside)]
        told = self._do(self.runs.save(WORKERS[0], batch))
        late = {run.fence for run in self.late}
        assert told.refused == {save.fence for save in batch} & late

    def _saves(self, run: Run, keys: int, *, aside: bool) -> list[Save]:
        fence, task = run.fence, run.chunk.task_id
        match run.chunk.stage:
            case "list":
                return [ListedSave(fence, key, f"{task}/{key}", b"") for key in LISTED]
            case "look":
                claimed = self._do(self.world.runtime.features.claim(run.chunk, EXTRACTOR)).blobs
                assert run in self.held or not claimed
                run.keys.extend(blob.id for blob in claimed if blob.id not in run.keys)
                some = run.keys[:keys]
                del run.keys[: keys if run in self.held else 0]
            case "copy":
                open_keys = self.books.open_keys(self.books.stages[run.chunk.stage_id])
                chunk = run.chunk
                some = [k for k in open_keys if chunk.first_key <= k <= chunk.last_key][:keys]
            case _:
                return [FractionSave(fence, min(400 * keys, 1000))]
        poison = some[:1] if aside else []
        rest = some[len(poison) :]
        return [SetAsideSave(fence, key, REASON) for key in poison] + self._settled(run, rest)

    def _settled(self, run: Run, keys: Sequence[int]) -> list[Save]:
        if run.chunk.stage == "copy":
            return [FileSave(run.fence, key, skipped=REASON) for key in keys]
        return [FeatureSave(run.fence, EXTRACTOR, key, unreadable=REASON) for key in keys]

    def _finish(self, run: Run) -> None:
        """A range only ends once each of its keys is saved or set aside."""
        before, chunk = self.books, run.chunk
        stage = before.stages[chunk.stage_id]
        left = run.ranged and any(
            chunk.first_key <= key <= chunk.last_key for key in before.open_keys(stage)
        )
        finished = self._do(self.runs.finish(chunk, {"made": "up"}))
        assert (finished is None) == left
        if left:
            assert self.books == before
        else:
            assert self._state(run) == "done"

    def _hand_back(self, run: Run, *, after_seconds: float, charged: bool) -> None:
        chunk = self.books.chunks[run.fence.chunk_id]
        back = self.runs.hand_back(
            run.chunk, after_seconds=after_seconds, charged=charged, why="for a test"
        )
        failed = frozenset([chunk.id] if charged else [])
        assert self._do(back, Step(charged=failed)) == chunk.attempts + charged
        assert self._state(run) == ("held" if after_seconds else "waiting")

    def _stop(self, run: Run) -> None:
        self._do(self.runs.stop(run.chunk))
        assert self._state(run) == "cancelled"

    def _pick(self, some: Sequence[T], which: int) -> T:
        return some[which % len(some)]

    def _cancelling(self, run: Run) -> bool:
        return self.books.tasks[run.chunk.task_id].cancel_requested_at is not None

    def _state(self, run: Run) -> str:
        return self.books.chunks[run.fence.chunk_id].state

    def _superseded(self) -> list[Run]:
        """Runs whose chunks have newer ones by now."""
        running = {chunk.id for chunk in self.books.chunks.values() if chunk.token}
        return [run for run in self.late if run.fence.chunk_id in running]

    def _waiting(self) -> bool:
        return any(chunk.state == "waiting" for chunk in self.books.chunks.values())

    def _tasks(self, *, active: bool) -> list[TaskRow]:
        """In the order in which they were asked for."""
        asked = [self.books.tasks[id_] for id_ in self.model.whats]
        return [task for task in asked if task.active == active]

    def _owner(self, task: TaskRow) -> User:
        return next(user for user in self.world.users if user.id == task.owner_id)
