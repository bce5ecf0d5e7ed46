"""What the imports have in common: files come in, one by one, or are skipped for a reason."""

from service.catalog.entry import Result


class SkippedFile(Result):
    """A file that was not added, and why."""

    path: str
    code: str
    detail: str


class ImportResult(Result):
    """What became of the files."""

    files: int
    added: int
    unchanged: int
    replaced: int
    skipped: int
    skipped_items: list[SkippedFile]
    """The first hundred."""
    size_bytes: int
    """Bytes of all files that are in the dataset now."""
    version: int
    """The dataset's version with all of them."""
