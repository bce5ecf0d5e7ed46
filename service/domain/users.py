"""Users: who may do what."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """A viewer reads what is shared, a member acts on what is theirs, an admin on all."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"


@dataclass(frozen=True)
class User:
    """Somebody who is signed in or holds an API key."""

    id: UUID
    name: str
    role: Role

    @property
    def admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def creates(self) -> bool:
        return self.role in (Role.MEMBER, Role.ADMIN)
