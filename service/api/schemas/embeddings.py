"""Schemas of embeddings."""

from datetime import datetime
from uuid import UUID

from service.api.schemas.common import Answer, Body
from service.catalog.embedding_model import ModelParams


class ModelBody(ModelParams, Body):
    """An ONNX model of the server, and how images are shown to it."""


class EmbeddingsAnswer(Answer):
    """Vectors that somebody brought; those that replace them have another id."""

    id: UUID
    name: str
    dimensions: int
    vectors: int
    """How many; items of equal bytes share one."""
    created_at: datetime


class EmbeddingsList(Answer):
    """All embeddings of a dataset, by name."""

    items: list[EmbeddingsAnswer]
