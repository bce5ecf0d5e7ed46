"""Replies: what a child says while it works on an order, as frames."""

from dataclasses import dataclass
from typing import TypeAlias

from service.processes.framing import Frame, MalformedFrame
from service.processes.output import JSON, ItemError, Output


@dataclass(frozen=True, slots=True)
class Ready:
    """The child waits for its first order; ``preloaded`` if it was forked from a warm server."""

    preloaded: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The order's function may not or cannot be called; none of its items was started."""

    detail: str


@dataclass(frozen=True, slots=True)
class Done:
    """The order is done; the figures are those of the child since its start."""

    cpu_seconds: float
    resident_bytes: int


Reply: TypeAlias = Output | ItemError | Ready | Refused | Done


def body_of(reply: Reply) -> JSON:
    """Return a reply as the JSON of its frame; an output's blob travels beside it."""
    match reply:
        case Output(index, data, _, last):
            return ["output", index, last, data]
        case ItemError(index, code, detail, traceback):
            return ["error", index, code, detail, traceback]
        case Ready(preloaded):
            return ["ready", preloaded]
        case Refused(detail):
            return ["refused", detail]
        case Done(cpu_seconds, resident_bytes):
            return ["done", cpu_seconds, resident_bytes]


def reply_of(frame: Frame) -> Reply:
    """Read a frame back; raise MalformedFrame for one that no honest child writes."""
    match frame:
        case ["output", int(index), bool(last), data], blob:
            return Output(index, data, blob, last)
        case ["error", int(index), str(code), str(detail), str() | None as traceback], b"":
            return ItemError(index, code, detail, traceback)
        case ["ready", bool(preloaded)], b"":
            return Ready(preloaded)
        case ["refused", str(detail)], b"":
            return Refused(detail)
        case ["done", float(cpu_seconds), int(resident_bytes)], b"":
            return Done(cpu_seconds, resident_bytes)
        case _:
            raise MalformedFrame("a frame says nothing that a child may say")
