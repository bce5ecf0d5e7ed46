"""archive_import: adds the files of an uploaded zip or tar to a dataset."""

from uuid import UUID

from service.catalog.entry import Entry, Params, StageSpec
from service.catalog.imports import ImportResult


class ArchiveImportParams(Params):
    """Which upload."""

    upload: UUID


class ArchiveImportResult(ImportResult):
    """What became of the files, and of the archive."""

    damage: str | None
    """Why the archive could not be read to its end, if it could not."""


ARCHIVE_IMPORT = Entry(
    name="archive_import",
    version=1,
    title="Unpack an archive",
    summary="Adds every file of a zip or tar; files appear as they are unpacked.",
    params=ArchiveImportParams,
    result=ArchiveImportResult,
    stages=(
        StageSpec("unpack", "Unpacking files", weight=0.98),
        StageSpec("report", "Counting", weight=0.02),
    ),
    cacheable=False,
    submitted_directly=False,
)
