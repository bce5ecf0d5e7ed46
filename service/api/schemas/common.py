"""Common schemas: what bodies and answers are made of, problems and pages of lists."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """Unknown fields are refused, so that a misspelt one is not silently lost."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What comes back."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """RFC 9457 problem details; ``code`` is stable."""

    class WrongField(Answer):
        """One field that does not fit."""

        field: str
        message: str

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[WrongField] = []


class Page(Body):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None
