"""Who comes in and with what: API keys, one-time links, browser sessions, stream tickets."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from service.db.users import Users
from service.domain.users import Role, User
from service.errors import MeanwhileError
from service.usecases.grouping import Grouping

KEY_PREFIX = "mw_"
LINK_LIFETIME = timedelta(hours=24)
SESSION_LIFETIME = timedelta(days=30)
TICKET_LIFETIME = timedelta(seconds=60)
KEYS_AT_ONCE = 100


class Unauthorized(MeanwhileError):
    """Nobody is signed in."""

    code = "unauthorized"
    status = 401


class Forbidden(MeanwhileError):
    """The user is known and may not."""

    code = "forbidden"
    status = 403


class UserNotFound(MeanwhileError):
    """Nobody of that name."""

    code = "user_not_found"
    status = 404


class LinkUsed(MeanwhileError):
    """A sign-in link that is unknown, used or too old."""

    code = "link_used"
    status = 401


class TicketExpired(MeanwhileError):
    """A stream ticket that is too old, unknown, or for another task."""

    code = "ticket_expired"
    status = 401


@dataclass(frozen=True)
class StreamTicket:
    """Opens the streams of one task; a secret, though a short-lived one."""

    secret: str = field(repr=False)
    expires_at: datetime


class AccessActions:
    """Gives out secrets once and recognises them by their hashes."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._keys = Grouping(users.by_keys, most=KEYS_AT_ONCE)

    async def user(self, name: str) -> User:
        user = await self._users.by_name(name)
        if user is None:
            raise UserNotFound(f"there is no user {name!r}; with --role a new one is created")
        return user

    async def ensure(self, name: str, role: Role) -> User:
        """The user of that name; a new one gets the role."""
        return (await self._users.ensure(uuid4(), name, role))[0]

    async def first_link(self) -> str | None:
        """A sign-in token for the first admin, on the first start only."""
        if await self._users.any_exist():
            return None
        user, created = await self._users.ensure(uuid4(), "admin", Role.ADMIN)
        return await self.new_link(user) if created else None

    async def new_key(self, user: User, name: str) -> str:
        """An API key, told this once."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        await self._users.add_key(user.id, name, _hash(key))
        return key

    async def new_link(self, user: User) -> str:
        """A sign-in token that works once within a day."""
        token = secrets.token_urlsafe(32)
        await self._users.add_link(user.id, _hash(token), LINK_LIFETIME)
        return token

    async def sign_in(self, token: str) -> tuple[User, str]:
        """Uses a link up; the user and the secret of their new session."""
        session = secrets.token_urlsafe(32)
        user = await self._users.open_session(_hash(token), _hash(session), SESSION_LIFETIME)
        if user is None:
            raise LinkUsed(
                "this sign-in link is used up or too old; `python -m service link` prints a new one"
            )
        return user, session

    async def sign_out(self, session: str) -> None:
        await self._users.close_session(_hash(session))

    async def new_stream_ticket(self, user: User, task_id: UUID) -> StreamTicket:
        """For a task that the user may see; who asks has looked."""
        secret = secrets.token_urlsafe(32)
        expires_at = await self._users.add_stream_ticket(
            user.id, task_id, _hash(secret), TICKET_LIFETIME
        )
        return StreamTicket(secret, expires_at)

    async def by_stream_ticket(self, secret: str, task_id: UUID) -> User:
        user = await self._users.by_stream_ticket(_hash(secret), task_id)
        if user is None:
            raise TicketExpired(
                f"this stream ticket is too old or for another task; a new one from"
                f" POST /api/v1/tasks/{task_id}/stream-ticket is good for"
                f" {TICKET_LIFETIME.seconds} s"
            )
        return user

    async def by_key(self, key: str) -> User | None:
        """Whose key it is; the keys of requests that come at the same moment are read together."""
        return await self._keys.ask(_hash(key))

    async def by_session(self, session: str) -> User | None:
        return await self._users.by_session(_hash(session))


def _hash(secret: str) -> bytes:
    """Secrets have 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
