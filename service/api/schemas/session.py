"""Schemas of the session."""

from typing import Annotated

from pydantic import Field

from service.api.schemas.common import Answer, Body
from service.domain.users import Role


class SignIn(Body):
    """The one-time token of a sign-in link."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class UserAnswer(Answer):
    """Who is signed in."""

    name: str
    role: Role


class Session(Answer):
    """The session that the request belongs to."""

    user: UserAnswer
