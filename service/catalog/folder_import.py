"""folder_import: adds the files of a folder on the server to a dataset."""

from service.catalog.entry import Entry, Over, Params, Result, StageSpec


class FolderImportParams(Params):
    """Which folder."""

    path: str


class SkippedFile(Result):
    """A file that was not added, and why."""

    path: str
    code: str
    detail: str


class FolderImportResult(Result):
    """What became of the files."""

    files: int
    added: int
    unchanged: int
    replaced: int
    skipped: int
    skipped_items: list[SkippedFile]
    """The first hundred, by path."""
    size_bytes: int
    """Bytes of all files that are in the dataset now."""
    version: int
    """The dataset's version with all of them."""


FOLDER_IMPORT = Entry(
    name="folder_import",
    version=1,
    title="Import a folder",
    summary="Adds every file below a folder of the server; the same bytes are stored once.",
    params=FolderImportParams,
    result=FolderImportResult,
    stages=(
        StageSpec("list", "Listing files", weight=0.05),
        StageSpec(
            "copy",
            "Copying files",
            weight=0.93,
            over=Over.LISTED_FILES,
            unit="files",
            chunk_size=200,
        ),
        StageSpec("report", "Counting", weight=0.02),
    ),
    cacheable=False,
    submitted_directly=False,
)
