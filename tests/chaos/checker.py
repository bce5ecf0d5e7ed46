"""Checker: reads what was accepted, what was committed and what was heard, and says what is wrong.

It looks at nothing that still runs, so it can be read as what Meanwhile promises.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from tests.chaos.ledger import Change

FINAL = frozenset(("completed", "failed", "cancelled"))
ENDED = frozenset(("done", "failed", "cancelled"))
RETURNED = frozenset(("waiting", "held"))


class Wrong(StrEnum):
    """What may be wrong."""

    LOST = "lost"
    DOUBLED = "doubled"
    STALE = "stale"
    BACKWARDS = "backwards"
    UNTRUE = "untrue"
    CHARGED = "charged"
    LEFT = "left"


@dataclass(frozen=True)
class Violation:
    """A promise that was broken."""

    wrong: Wrong
    detail: str


@dataclass(frozen=True)
class Heard:
    """One snapshot that a client was told."""

    at: datetime
    connection: int
    """Which of the client's connections in turn."""
    event: str
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """All there is of one case, once nothing moves any more."""

    accepted: Sequence[str]
    """Ids of tasks that the API said yes to."""
    changes: Sequence[Change]
    heard: Mapping[str, Sequence[Heard]]
    """By task, what its client heard in all of its connections."""
    now: Mapping[str, Mapping[str, Any]]
    """By task, what the API says of it in the end."""
    left: Sequence[str] = ()
    """Processes, files, keys and chunks that should be gone."""
    may_charge: bool = True
    """Whether something has failed that may cost a chunk an attempt."""

    def of(self, relation: str) -> Iterator[Change]:
        return (change for change in self.changes if change.relation == relation)


def check(evidence: Evidence) -> list[Violation]:
    """Every violation of every promise."""
    return [violation for promise in PROMISES for violation in promise(evidence)]


def every_task_ends_once(evidence: Evidence) -> Iterator[Violation]:
    """Also one whose client never got its answer."""
    ends = Counter[str]()
    known = {change.new["id"] for change in evidence.of("tasks") if not change.old}
    for change in evidence.of("tasks"):
        if change.old and change.old["status"] in FINAL:
            if change.became("status") or change.became("result"):
                yield Violation(Wrong.DOUBLED, f"task {change.new['id']} changed after its end")
        elif change.new["status"] in FINAL:
            ends[change.new["id"]] += 1
    for task in known.union(evidence.accepted):
        if not ends[task]:
            yield Violation(Wrong.LOST, f"task {task} has not ended")


def no_run_writes_after_a_newer_claim(evidence: Evidence) -> Iterator[Violation]:
    """What is written on behalf of runs is theirs, and they are the newest."""
    newest: dict[int, int] = {}
    for change in evidence.changes:
        if change.relation == "chunks":
            yield from _stale_chunk(change)
            newest[change.new["id"]] = change.new["run"]
        elif change.relation == "features":
            chunk, run = change.new["chunk_id"], change.new["run"]
            if newest.get(chunk, run) != run:
                yield Violation(Wrong.STALE, f"run {run} of chunk {chunk} wrote features late")
        elif change.runs and not any(newest.get(c) == run for c, run in change.runs.items()):
            yield Violation(Wrong.STALE, f"old runs {change.runs} wrote {change.relation}")


def _stale_chunk(change: Change) -> Iterator[Violation]:
    chunk, old, new = change.new["id"], change.old, change.new
    if not old:
        return
    if change.runs.get(chunk, old["run"]) != old["run"]:
        yield Violation(Wrong.STALE, f"run {change.runs[chunk]} wrote to chunk {chunk}")
    claimed = old["state"] == "waiting" and new["state"] == "running"
    if new["run"] != old["run"] + claimed:
        yield Violation(Wrong.STALE, f"chunk {chunk} went from run {old['run']} to {new['run']}")
    if old["state"] in ENDED and change.became("state"):
        yield Violation(Wrong.DOUBLED, f"chunk {chunk} went on after its end")


def each_key_is_settled_once(evidence: Evidence) -> Iterator[Violation]:
    """A result or a reason for each item, and never two."""
    stage_of = {c.new["id"]: c.new["stage_id"] for c in evidence.of("chunks")}
    settled: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for change in evidence.of("features"):
        if change.old.get("state") in ("ready", "unreadable"):
            yield Violation(Wrong.DOUBLED, f"blob {change.new['blob_id']} was computed again")
        elif change.new["state"] != "claimed" and change.new["chunk_id"] in stage_of:
            settled[stage_of[change.new["chunk_id"]]][change.new["blob_id"]] += 1
    for change in evidence.of("set_aside"):
        settled[change.new["stage_id"]][change.new["key"]] += 1
    for stage, total in _feature_stages(evidence):
        if twice := [key for key, times in settled[stage].items() if times > 1]:
            yield Violation(Wrong.DOUBLED, f"keys {twice} of stage {stage} were settled twice")
        if len(settled[stage]) != total:
            told = f"stage {stage} settled {len(settled[stage])} of {total} keys"
            yield Violation(Wrong.LOST, told)


def _feature_stages(evidence: Evidence) -> Iterator[tuple[int, int]]:
    """Map stages over blobs of tasks that are completed, and how many keys each was to settle."""
    completed = {id_ for id_, task in evidence.now.items() if task["status"] == "completed"}
    last = {change.new["id"]: change.new for change in evidence.of("stages")}
    for stage in last.values():
        if stage["name"] in ("behave", "features") and stage["task_id"] in completed:
            yield stage["id"], stage["total"]


def each_file_is_added_once(evidence: Evidence) -> Iterator[Violation]:
    """An import's files are items, each once, and none is left out."""
    for change in evidence.of("listed_files"):
        if change.old and change.old["state"] != "listed" and change.became("state"):
            yield Violation(Wrong.DOUBLED, f"file {change.new['path']} was settled again")
    last = {(c.new["task_id"], c.new["key"]): c.new for c in evidence.of("listed_files")}
    for (task, _), file in last.items():
        if evidence.now[task]["status"] == "completed" and file["state"] == "listed":
            yield Violation(Wrong.LOST, f"file {file['path']} was left out")
    added = Counter((c.new["dataset_id"], c.new["path"]) for c in evidence.of("items") if not c.old)
    for (_, path), times in added.items():
        if times > 1:
            yield Violation(Wrong.DOUBLED, f"{path} was added {times} times")


def progress_never_falls(evidence: Evidence) -> Iterator[Violation]:
    """Neither of a stage, nor of a task's numbers, nor of what is counted."""
    for change in evidence.of("stages"):
        if change.old and change.new["done"] < change.old["done"]:
            yield Violation(Wrong.BACKWARDS, f"stage {change.new['id']} lost some of its count")
        if change.new["total"] is not None and change.new["done"] > change.new["total"]:
            yield Violation(Wrong.DOUBLED, f"stage {change.new['id']} has more done than there is")
    for task, before, after in _moves(evidence):
        if after <= before:
            yield Violation(Wrong.BACKWARDS, f"task {task} moved from {before} to {after}")


def _moves(evidence: Evidence) -> Iterator[tuple[str, int, int]]:
    """(task, its number before, its number after) of every transaction that changed it."""
    moves: dict[tuple[str, str], tuple[int, int]] = {}
    for change in evidence.of("tasks"):
        if change.old:
            key = change.new["id"], change.transaction
            before, _ = moves.get(key, (change.old["seq"], 0))
            moves[key] = before, change.new["seq"]
    for (task, _), (before, after) in moves.items():
        yield task, before, after


def clients_hear_what_is_committed(evidence: Evidence) -> Iterator[Violation]:
    """In order, through every reconnect, to the end."""
    said = {
        (change.new["id"], change.new["seq"]): (change.at, change.new["status"])
        for change in evidence.of("tasks")
    }
    for task, heard in evidence.heard.items():
        for told in heard:
            at, status = said.get((task, told.told["seq"]), (None, None))
            if at is None or at > told.at or status != told.told["status"]:
                yield Violation(Wrong.UNTRUE, f"task {task} was told {_short(told)}, too early")
        for before, after in pairwise(heard):
            if _behind(before, after):
                yield Violation(Wrong.BACKWARDS, f"task {task} was told {_short(after)} late")
        if not heard or _facts(heard[-1].told) != _facts(evidence.now[task]):
            last = _short(heard[-1]) if heard else "nothing"
            yield Violation(Wrong.UNTRUE, f"the last that was told of task {task} is {last}")


def _behind(before: Heard, after: Heard) -> bool:
    return (
        after.told["seq"] < before.told["seq"] or after.told["progress"] < before.told["progress"]
    )


def _facts(told: Mapping[str, Any]) -> tuple[object, ...]:
    done = tuple(stage["done"] for stage in told["metadata"]["stages"])
    return told["seq"], told["status"], told["progress"], told["partial"], done


def _short(heard: Heard) -> str:
    told = heard.told
    return f"{heard.event} {told['seq']}: {told['status']} at {told['progress']} %"


def clean_ends_cost_nothing(evidence: Evidence) -> Iterator[Violation]:
    """Attempts are charged for failures and silence only."""
    for change in evidence.of("chunks"):
        if not change.old or change.new["attempts"] <= change.old["attempts"]:
            continue
        back = change.old["state"] == "running" and change.new["state"] in RETURNED
        if not back or not evidence.may_charge:
            yield Violation(Wrong.CHARGED, f"chunk {change.new['id']} was charged for nothing")


def nothing_is_left(evidence: Evidence) -> Iterator[Violation]:
    """No process, file, key without a lifetime, or chunk that is still to be done."""
    for thing in evidence.left:
        yield Violation(Wrong.LEFT, thing)
    last = {change.new["id"]: change.new["state"] for change in evidence.of("chunks")}
    for chunk, state in last.items():
        if state not in ENDED:
            yield Violation(Wrong.LEFT, f"chunk {chunk} is still {state}")


PROMISES: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    every_task_ends_once,
    no_run_writes_after_a_newer_claim,
    each_key_is_settled_once,
    each_file_is_added_once,
    progress_never_falls,
    clients_hear_what_is_committed,
    clean_ends_cost_nothing,
    nothing_is_left,
)
