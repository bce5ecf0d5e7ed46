"""Traces: where an error that nobody expected came from, as text for the log of its task."""

import traceback

from worker.work import StageFailed

MOST_CHARACTERS = 8000
"""The end of a longer one is kept: it names the line that failed."""


def trace_of(error: BaseException) -> str | None:
    """Its traceback; of a stage that failed, its child's, None where it failed as it may."""
    if isinstance(error, StageFailed):
        return error.traceback and storable(error.traceback)
    return storable("".join(traceback.format_exception(error)))


def storable(trace: str) -> str:
    """As PostgreSQL takes it: no NUL, no half of a pair."""
    told = trace.replace("\0", "").encode("utf-8", "backslashreplace").decode()
    return told[-MOST_CHARACTERS:]
