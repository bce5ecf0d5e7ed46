"""Reads and writes users, their keys, links, sessions and stream tickets, all stored as hashes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from service.db.engine import Database
from service.db.models import ApiKeyRow, SessionRow, SignInLinkRow, StreamTicketRow, UserRow
from service.domain.users import Role, User

SWEPT_AT_ONCE = 100
"""How many expired stream tickets go for each new one."""


BY_KEYS = """
SELECT k.hash, u.id, u.name, u.role FROM api_keys k JOIN users u ON u.id = k.user_id
WHERE k.hash = ANY($1::bytea[])
"""
BY_SESSION = """
SELECT u.id, u.name, u.role FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.hash = $1 AND s.expires_at > now()
"""
"""Asked before every request."""


class Users:
    """Users in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._pool = database.pool

    async def ensure(self, id_: UUID, name: str, role: Role) -> tuple[User, bool]:
        """The user of that name, and whether this call created them."""
        create = upsert(UserRow).values(id=id_, name=name, role=role).on_conflict_do_nothing()
        async with self._engine.begin() as connection:
            created = (await connection.execute(create.returning(UserRow.id))).scalar()
            row = (await connection.execute(_users().where(UserRow.name == name))).one()
        return _user(row), created is not None

    async def any_exist(self) -> bool:
        async with self._engine.connect() as connection:
            return (await connection.scalar(select(UserRow.id).limit(1))) is not None

    async def by_name(self, name: str) -> User | None:
        return await self._one(_users().where(UserRow.name == name))

    async def add_key(self, user_id: UUID, name: str, hash_: bytes) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(
                insert(ApiKeyRow).values(hash=hash_, user_id=user_id, name=name)
            )

    async def add_link(self, user_id: UUID, hash_: bytes, lifetime: timedelta) -> None:
        row = insert(SignInLinkRow).values(
            hash=hash_, user_id=user_id, expires_at=func.now() + lifetime
        )
        async with self._engine.begin() as connection:
            await connection.execute(row)

    async def by_keys(self, hashes: Sequence[bytes]) -> list[User | None]:
        """Whose API keys they are, in their order."""
        rows = await self._pool.fetch(BY_KEYS, hashes)
        known = {row["hash"]: row for row in rows}
        return [_known(known.get(hash_)) for hash_ in hashes]

    async def by_session(self, hash_: bytes) -> User | None:
        """Whose session it is, unless it has expired."""
        return _known(await self._pool.fetchrow(BY_SESSION, hash_))

    async def open_session(
        self, link_hash: bytes, session_hash: bytes, lifetime: timedelta
    ) -> User | None:
        """Uses a link up and opens a session for its user; None for a used or old link."""
        use = (
            delete(SignInLinkRow)
            .where(SignInLinkRow.hash == link_hash, SignInLinkRow.expires_at > func.now())
            .returning(SignInLinkRow.user_id)
        )
        async with self._engine.begin() as connection:
            user_id = await connection.scalar(use)
            if user_id is None:
                return None
            await connection.execute(
                insert(SessionRow).values(
                    hash=session_hash, user_id=user_id, expires_at=func.now() + lifetime
                )
            )
            return _user((await connection.execute(_users().where(UserRow.id == user_id))).one())

    async def close_session(self, hash_: bytes) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.hash == hash_))

    async def add_stream_ticket(
        self, user_id: UUID, task_id: UUID, hash_: bytes, lifetime: timedelta
    ) -> datetime:
        """When it expires; some of those that have expired go."""
        expired = (
            select(StreamTicketRow.hash)
            .where(StreamTicketRow.expires_at < func.now())
            .limit(SWEPT_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        add = (
            insert(StreamTicketRow)
            .values(hash=hash_, user_id=user_id, task_id=task_id, expires_at=func.now() + lifetime)
            .returning(StreamTicketRow.expires_at)
        )
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(StreamTicketRow).where(StreamTicketRow.hash.in_(expired))
            )
            return (await connection.execute(add)).scalar_one()

    async def by_stream_ticket(self, hash_: bytes, task_id: UUID) -> User | None:
        """Who may watch the task by this ticket, unless it has expired."""
        return await self._one(
            _users()
            .join(StreamTicketRow, StreamTicketRow.user_id == UserRow.id)
            .where(
                StreamTicketRow.hash == hash_,
                StreamTicketRow.task_id == task_id,
                StreamTicketRow.expires_at > func.now(),
            )
        )

    async def _one(self, query: Select[UUID, str, str]) -> User | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _user(row)


def _users() -> Select[UUID, str, str]:
    return select(UserRow.id, UserRow.name, UserRow.role)


def _known(row: asyncpg.Record | None) -> User | None:
    return None if row is None else User(row["id"], row["name"], Role(row["role"]))


def _user(row: Any) -> User:
    return User(row.id, row.name, Role(row.role))
