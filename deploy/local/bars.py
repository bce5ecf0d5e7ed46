"""Bars: a task in the terminal while it runs; plain lines where there is no terminal."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

LINE_SECONDS = 1.0
"""Plain lines come at most so often, but for a task's last one."""


class Show(Protocol):
    """Takes every snapshot of a task."""

    def update(self, task: dict[str, Any]) -> None: ...


@contextmanager
def show(console: Console) -> Generator[Show]:
    """The way of showing that suits the console."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}", markup=False, justify="right"),
        TextColumn("{task.fields[pace]}", style="dim", markup=False),
    )
    with Progress(*columns, console=console, expand=True) as progress:
        yield _Bars(progress)


class _Bars:
    """One bar for each stage that has begun."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}

    def update(self, task: dict[str, Any]) -> None:
        for stage in task["metadata"]["stages"]:
            if stage["state"] == "waiting":
                continue
            name = stage["name"]
            if name not in self._bars:
                self._bars[name] = self._progress.add_task(
                    stage["title"], total=None, count="", pace=""
                )
            self._progress.update(self._bars[name], **_bar(stage, task["metadata"]))


def _bar(stage: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """A stage whose size is not known yet only moves; a solo one counts nothing people know."""
    completed = stage["state"] == "completed"
    pace = pace_of(metadata) if stage["name"] == metadata["stage"] else ""
    if not stage["total"]:
        known = {"total": 1, "completed": 1} if completed else {"total": None}
        return {**known, "count": "", "pace": pace}
    return {
        "total": stage["total"],
        "completed": stage["done"],
        "count": count_of(stage) if stage["unit"] else "",
        "pace": pace,
    }


class _Lines:
    """A line a second, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._printed = 0.0

    def update(self, task: dict[str, Any]) -> None:
        now = time.monotonic()
        ended = task["completed_at"] is not None
        if not ended and now - self._printed < LINE_SECONDS:
            return
        self._printed = now
        facts = [f"{task['type']}: {task['progress']:.0f} %", task["message"]]
        if pace := pace_of(task["metadata"]):
            facts.append(pace)
        self._console.print(", ".join(facts), markup=False, soft_wrap=True)


def count_of(stage: dict[str, Any]) -> str:
    return f"{stage['done']:,} of {stage['total']:,} {stage['unit']}"


def pace_of(metadata: dict[str, Any]) -> str:
    """The rate and the range of what remains, as far as they are known."""
    facts: list[str] = []
    if metadata["rate"]:
        facts.append(f"{metadata['rate']:,.0f} {metadata['unit']}/s")
    low, high = metadata["eta_low_seconds"], metadata["eta_high_seconds"]
    if high is not None:
        facts.append(remaining(low, high))
    return ", ".join(facts)


def remaining(low_seconds: float, high_seconds: float) -> str:
    """An honest range in whole steps of the unit that suits it."""
    size, unit = (60, "min") if high_seconds >= 90 else (1, "s")
    low, high = int(low_seconds // size), int(-(-high_seconds // size))
    if low >= high or low == 0:
        return f"under {max(high, 1)} {unit} left"
    return f"{low}–{high} {unit} left"
