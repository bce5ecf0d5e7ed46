"""Schemas of drift."""

from typing import Any
from uuid import UUID

from pydantic import Field

from service.api.schemas.common import Body


class DriftBody(Body):
    """Which dataset to compare with which target."""

    dataset_id: UUID
    target_id: UUID
    params: dict[str, Any] = Field(default_factory=dict)
    force: bool = False
    """Compute anew even if a completed task on the same versions could answer."""
