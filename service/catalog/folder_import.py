"""folder_import: adds the files of a folder on the server to a dataset."""

from service.catalog.entry import Entry, Over, Params, StageSpec
from service.catalog.imports import ImportResult


class FolderImportParams(Params):
    """Which folder."""

    path: str


FOLDER_IMPORT = Entry(
    name="folder_import",
    version=1,
    title="Import a folder",
    summary="Adds every file below a folder of the server; the same bytes are stored once.",
    params=FolderImportParams,
    result=ImportResult,
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
