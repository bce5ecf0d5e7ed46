"""label_import: sets labels, groups and splits of items from an uploaded list."""

from uuid import UUID

from service.catalog.entry import Entry, Params, Result, StageSpec
from service.catalog.imports import SkippedFile


class LabelImportParams(Params):
    """Which upload."""

    upload: UUID


class LabelImportResult(Result):
    """What became of the rows."""

    rows: int
    changed: int
    unchanged: int
    skipped: int
    skipped_items: list[SkippedFile]
    """The first hundred; their path is empty where the row has none."""
    damage: str | None
    """Why the list could not be read to its end, if it could not."""
    version: int
    """The dataset's version with all changes."""


LABEL_IMPORT = Entry(
    name="label_import",
    version=1,
    title="Set labels",
    summary="Sets label, group and split of items by their paths, from CSV, TSV or JSON lines.",
    params=LabelImportParams,
    result=LabelImportResult,
    stages=(
        StageSpec("read", "Reading rows", weight=0.98),
        StageSpec("report", "Counting", weight=0.02),
    ),
    cacheable=False,
    submitted_directly=False,
)
