"""Schemas of health checks."""

from typing import Literal

from pydantic import Field

from service.api.schemas.common import Answer


class Health(Answer):
    """Whether the process, and what it needs, answer."""

    status: Literal["ok", "unavailable"]
    checks: dict[str, str] = Field(default_factory=dict)
