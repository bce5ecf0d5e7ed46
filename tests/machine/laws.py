"""Laws: what must be true of the books at any moment, and of any step from one to the next."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from tests.machine.books import ACTIVE, Books, ChunkRow, StageRow, TaskRow

TASK_STEPS = {
    "pending": {"in_progress", "cancelled"},
    "in_progress": {"completed", "failed", "cancelled"},
}
CHUNK_STEPS = {
    "waiting": {"running", "cancelled"},
    "held": {"waiting", "cancelled"},
    "running": {"waiting", "held", "done", "failed", "cancelled"},
}


@dataclass(frozen=True)
class Step:
    """What a step may do that others may not."""

    retried: UUID | None = None
    """The task that is reopened."""
    charged: frozenset[int] = frozenset()
    """The chunks that have failed by it."""


def wrong_at(books: Books) -> Iterator[str]:
    """What is wrong with the books at this moment."""
    for stage in books.stages.values():
        yield from _wrong_stage(books, stage)
    for chunk in books.chunks.values():
        yield from _wrong_chunk(books, chunk)
    for task in books.tasks.values():
        yield from _wrong_task(books, task)
    equal = Counter((t.scope, t.fingerprint) for t in books.tasks.values() if t.active)
    yield from (f"{times} equal tasks are active" for times in equal.values() if times > 1)


def wrong_between(before: Books, after: Books, step: Step) -> Iterator[str]:
    """What is wrong with a step."""
    for id_, task in before.tasks.items():
        if id_ not in after.tasks:
            yield f"task {id_} is gone"
        elif id_ == step.retried:
            yield from _wrong_retry(task, after.tasks[id_])
        else:
            yield from _wrong_task_step(before, after, id_)
    for chunk in before.chunks.values():
        if chunk.task_id != step.retried:
            now = after.chunks.get(chunk.id)
            yield from _wrong_chunk_step(chunk, now, step)
    for stage in before.stages.values():
        if stage.task_id != step.retried:
            cancelling = before.tasks[stage.task_id].cancel_requested_at is not None
            yield from _wrong_stage_step(stage, after.stages[stage.id], cancelling=cancelling)
    yield from _wrong_keys(before, after)


def _wrong_stage(books: Books, stage: StageRow) -> Iterator[str]:
    chunks = books.chunks_of(stage.id)
    if stage.chunks_open != sum(chunk.open for chunk in chunks):
        yield f"{stage} counts open chunks, but has {chunks}"
    if stage.done != sum(c.size if c.state == "done" else c.done for c in chunks):
        yield f"{stage} counts what is done otherwise than its {chunks}"
    if stage.done > (stage.total or 0):
        yield f"{stage} has more done than there is"
    if stage.completed_at and (stage.chunks_open or stage.done != stage.total):
        yield f"{stage} is completed without being done"
    if stage.total not in (None, sum(chunk.size for chunk in chunks)) and stage.kind == "map":
        yield f"{stage} was cut into {chunks}"
    if stage.kind == "map":
        yield from _wrong_keys_of(books, stage, chunks)


def _wrong_keys_of(books: Books, stage: StageRow, chunks: list[ChunkRow]) -> Iterator[str]:
    """What is neither saved nor set aside is not done."""
    open_keys = list(books.open_keys(stage))
    for chunk in chunks:
        left = sum(chunk.first_key <= key <= chunk.last_key for key in open_keys)
        if chunk.kind == "work" and chunk.done > chunk.size - left:
            yield f"{chunk} has more done than is settled: {left} keys are open"


def _wrong_chunk(books: Books, chunk: ChunkRow) -> Iterator[str]:
    task, running = books.tasks[chunk.task_id], chunk.state == "running"
    if running != (chunk.token is not None) or running != (chunk.lease_until is not None):
        yield f"{chunk} has a lease without running, or runs without one"
    if running and (chunk.worker_id is None or task.status != "in_progress"):
        yield f"{chunk} of {task} runs, but for nobody"
    if chunk.state == "held" and chunk.held_until is None:
        yield f"{chunk} is held for ever"
    if chunk.done > chunk.size:
        yield f"{chunk} has more done than it has keys"
    if chunk.open and chunk.start_tag != task.start_tag:
        yield f"{chunk} does not have the place of {task}"


def _wrong_task(books: Books, task: TaskRow) -> Iterator[str]:
    stages = books.stages_of(task.id)
    at = [stage for stage in stages if stage.chunks_open]
    if len(at) != task.active:
        yield f"{task} is at {len(at)} of its stages"
    if task.active != (task.completed_at is None):
        yield f"{task} has ended, or has not"
    ids = {stage.id for stage in stages}
    if task.set_aside != sum(stage_id in ids for stage_id, _ in books.aside):
        yield f"{task} counts what is set aside otherwise than it is"
    if task.status == "completed":
        yield from _wrong_completed(books, task, stages)
    elif task.partial:
        yield f"{task} is partial, but not completed"


def _wrong_completed(books: Books, task: TaskRow, stages: list[StageRow]) -> Iterator[str]:
    if task.partial != (task.set_aside > 0) or task.result is None or task.error:
        yield f"{task} does not say what became of it"
    for stage in stages:
        if stage.completed_at is None:
            yield f"{task} is completed, {stage} is not"
        if stage.kind == "map" and (left := list(books.open_keys(stage))):
            yield f"{task} is completed, but {left} of {stage} are neither saved nor set aside"


def _wrong_retry(before: TaskRow, after: TaskRow) -> Iterator[str]:
    if before.status in ACTIVE or after.status != "pending" or after.cancel_requested_at:
        yield f"{before} was retried and is {after}"
    if after.seq <= before.seq:
        yield f"{before} was retried, and nobody can tell"


def _wrong_task_step(before: Books, after: Books, id_: UUID) -> Iterator[str]:
    old, new = before.tasks[id_], after.tasks[id_]
    if not old.active:
        if _all_of(before, id_) != _all_of(after, id_):
            yield f"{old} has ended, and became {new}"
        return
    if new.status != old.status and new.status not in TASK_STEPS[old.status]:
        yield f"{old} became {new.status}"
    if new.seq < old.seq or (new.seq == old.seq and _seen(before, id_) != _seen(after, id_)):
        yield f"{old} moved to {new}, and its number does not say so"
    if old.cancel_requested_at and not new.cancel_requested_at:
        yield f"{old} forgot that it is to be cancelled"


def _all_of(books: Books, id_: UUID) -> object:
    stages = books.stages_of(id_)
    return books.tasks[id_], stages, [books.chunks_of(stage.id) for stage in stages]


def _seen(books: Books, id_: UUID) -> object:
    """What whoever watches is told."""
    task, stages = books.tasks[id_], books.stages_of(id_)
    facts = (task.status, task.partial, task.set_aside, task.priority, task.error, task.log_seq)
    return facts, task.cancel_requested_at, [(s.done, s.total, s.completed_at) for s in stages]


def _wrong_chunk_step(old: ChunkRow, new: ChunkRow | None, step: Step) -> Iterator[str]:
    if new is None:
        yield f"{old} is gone"
        return
    if new.state != old.state and new.state not in CHUNK_STEPS.get(old.state, ()):
        yield f"{old} became {new.state}"
    claimed = (old.state, new.state) == ("waiting", "running")
    if new.run != old.run + claimed:
        yield f"{old} has run {new.run} now"
    if new.done < old.done:
        yield f"{old} went back to {new.done}"
    if new.attempts != _attempts(old, new, step):
        yield f"{old} has {new.attempts} attempts now"


def _attempts(old: ChunkRow, new: ChunkRow, step: Step) -> int:
    """A failure costs one; whoever settles a key has them all back."""
    return 0 if new.done > old.done and not old.solo else old.attempts + (old.id in step.charged)


def _wrong_stage_step(old: StageRow, new: StageRow, *, cancelling: bool) -> Iterator[str]:
    if new.done < old.done:
        yield f"{old} went back to {new.done}"
    if old.total is not None and new.total != old.total:
        yield f"{old} has {new.total} to do now"
    if cancelling and new.chunks_open and not old.chunks_open:
        yield f"{old} of a task that is being cancelled was begun"
    if old.completed_at and new != old:
        yield f"{old} was completed, and became {new}"


def _wrong_keys(before: Books, after: Books) -> Iterator[str]:
    if lost := before.looked - after.looked:
        yield f"the features of {set(lost)} are gone"
    for key, state in before.files.items():
        if state not in ("listed", after.files.get(key)):
            yield f"file {key} was {state}, and is {after.files.get(key)}"
