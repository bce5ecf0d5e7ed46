"""Schemas of exploratory analyses."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.api.schemas.common import Answer, Body
from service.usecases.freshness import Standing


class AnalysisBody(Body):
    """How to analyse a dataset; nothing at all is fine."""

    params: dict[str, Any] = Field(default_factory=dict)
    force: bool = False
    """Compute anew even if a completed task on the same version could answer."""


class AnalysisStatus(Answer):
    """How an analysis of the dataset stands."""

    status: Standing
    task_id: UUID | None
    """The running one, else the last that was completed."""
    stale_items: int
    """How many items have come or gone since, or have other embeddings than it has used."""


class EdaStatus(Answer):
    """How every analysis of a dataset stands, by type."""

    dataset_id: UUID
    analyses: dict[str, AnalysisStatus]
