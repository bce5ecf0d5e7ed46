"""embedding_import: keeps vectors of items that somebody has made, under a name."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from service.catalog.entry import Entry, Params, Result, StageSpec

EmbeddingsName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class EmbeddingImportParams(Params):
    """Which upload, and what its vectors are called."""

    upload: UUID
    name: EmbeddingsName


class EmbeddingImportResult(Result):
    """What became of the vectors."""

    name: str
    dimensions: int
    vectors: int
    """How many the file has."""
    kept: int
    """How many belong to items, counting equal files once."""
    unknown: int
    """How many ids are no paths of the dataset."""
    unknown_ids: list[str]
    """The first hundred."""


EMBEDDING_IMPORT = Entry(
    name="embedding_import",
    version=1,
    title="Keep embeddings",
    summary="Keeps vectors of items from an .npz of paths and vectors, for clustering.",
    params=EmbeddingImportParams,
    result=EmbeddingImportResult,
    stages=(StageSpec("read", "Reading vectors", weight=1),),
    cacheable=False,
    submitted_directly=False,
    makes_embeddings=True,
)
