"""Imported: what an import tells of its files once all have come."""

from collections.abc import Mapping
from typing import Any

from worker.work import Run

STATES = ("added", "unchanged", "replaced", "skipped")


async def imported(run: Run) -> dict[str, Any]:
    """Counts of files by what became of them, the first that were skipped, and the dataset now."""
    chunk, files = run.chunk, run.runtime.listed_files
    assert chunk.dataset_id is not None  # noqa: S101 - an import always has its dataset
    counts: Mapping[str, int] = await files.counts(chunk.task_id)
    version, size_bytes = await files.dataset_facts(chunk.dataset_id)
    skipped = await files.skipped(chunk.task_id)
    return {
        "files": sum(counts.values()),
        **{state: counts.get(state, 0) for state in STATES},
        "skipped_items": [
            dict(zip(("path", "code", "detail"), told, strict=True)) for told in skipped
        ],
        "size_bytes": size_bytes,
        "version": version,
    }
