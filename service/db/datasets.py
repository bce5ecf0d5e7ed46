"""Reads and writes datasets."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from service.db.engine import Database
from service.db.models import BlobRow, DatasetRow, FeatureRow, ItemRow, TaskRow, UserRow
from service.db.owned import OF_USER
from service.domain.datasets import Dataset, DatasetQuery, DatasetSort, Kind, Visibility
from service.domain.features import FeatureState
from service.domain.users import User

COVER_SIZE = 4
COVER_CANDIDATES = 100


class Datasets:
    """Datasets in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._pool = database.pool

    async def create(
        self, id_: UUID, owner: User, name: str, kind: Kind, visibility: Visibility
    ) -> bool:
        """False where the owner has one of that name already."""
        row = insert(DatasetRow).values(
            id=id_, owner_id=owner.id, name=name, kind=kind, visibility=visibility
        )
        try:
            async with self._engine.begin() as connection:
                await connection.execute(row)
        except IntegrityError:
            return False
        return True

    async def find(self, id_: UUID, user: User) -> Dataset | None:
        """A dataset that the user may see."""
        found = await self._read(_visible(user).where(DatasetRow.id == id_))
        return found[0] if found else None

    async def page(self, user: User, query: DatasetQuery) -> list[Dataset]:
        """Those that the user may see and that are asked for."""
        rows = _visible(user).limit(query.limit)
        if query.search:
            rows = rows.where(DatasetRow.name.icontains(query.search, autoescape=True))
        return await self._read(_in_order(rows, query))

    async def change(self, id_: UUID, *, name: str | None, visibility: Visibility | None) -> bool:
        """Gives a dataset another name or visibility; False where the owner has that name."""
        told = {"name": name, "visibility": visibility}
        values = {key: value for key, value in told.items() if value is not None}
        if not values:
            return True
        try:
            async with self._engine.begin() as connection:
                await connection.execute(
                    update(DatasetRow).where(DatasetRow.id == id_).values(values)
                )
        except IntegrityError:
            return False
        return True

    async def delete(self, id_: UUID) -> None:
        """Hides a dataset at once; its items and bytes go later."""
        async with self._engine.begin() as connection:
            await connection.execute(
                update(DatasetRow).where(DatasetRow.id == id_).values(deleted_at=func.now())
            )

    async def owner_of(self, id_: UUID) -> UUID:
        query = select(DatasetRow.owner_id).where(DatasetRow.id == id_)
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one()

    async def bytes_of(self, owner_id: UUID) -> int:
        """Bytes of all items and embeddings in a user's datasets; equal bytes count for each."""
        return await self._pool.fetchval(OF_USER, owner_id)

    async def _read(self, query: Select[Any]) -> list[Dataset]:
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
            return [_dataset(row) for row in rows]


def may_see(user: User) -> ColumnElement[bool]:
    """What of the datasets a user may see."""
    if user.admin:
        return true()
    return or_(DatasetRow.owner_id == user.id, DatasetRow.visibility == Visibility.EVERYONE)


def _in_order(rows: Select[Any], query: DatasetQuery) -> Select[Any]:
    """Keys are unique, so that a page begins where the last has ended."""
    if query.sort is DatasetSort.NAME:
        key = tuple_(func.lower(DatasetRow.name), DatasetRow.id)
        rows = rows.order_by(key)
        if query.after is None:
            return rows
        name, id_ = query.after
        return rows.where(key > tuple_(func.lower(name), id_))
    key = tuple_(*_key(query.sort))
    rows = rows.order_by(key.desc())
    return rows if query.after is None else rows.where(key < query.after)


def _key(sort: DatasetSort) -> tuple[Any, ...]:
    by_time = (DatasetRow.created_at, DatasetRow.id)
    match sort:
        case DatasetSort.LARGEST:
            return DatasetRow.size_bytes, DatasetRow.id
        case DatasetSort.RUNNING:
            return _runs(), *by_time
        case _:
            return by_time


def _runs() -> ColumnElement[bool]:
    """Whether a task is active on it."""
    active = TaskRow.status.in_(("pending", "in_progress"))
    on = select(TaskRow.dataset_id).where(active, TaskRow.dataset_id.is_not(None))
    onto = select(TaskRow.target_id).where(active, TaskRow.target_id.is_not(None))
    return or_(DatasetRow.id.in_(on), DatasetRow.id.in_(onto))


def _visible(user: User) -> Select[Any]:
    return (
        select(DatasetRow.__table__, UserRow.name.label("owner"), _cover())
        .join(UserRow, UserRow.id == DatasetRow.owner_id)
        .where(DatasetRow.deleted_at.is_(None), may_see(user))
    )


def _cover() -> ColumnElement[Sequence[bytes]]:
    """The first items that have a thumbnail, of the first few; looked for once a dataset."""
    first = (
        select(ItemRow.blob_id, ItemRow.id)
        .where(ItemRow.dataset_id == DatasetRow.id, ItemRow.removed_in.is_(None))
        .order_by(ItemRow.id)
        .limit(COVER_CANDIDATES)
        .correlate(DatasetRow)
        .subquery()
    )
    ready = exists().where(FeatureRow.blob_id == BlobRow.id, FeatureRow.state == FeatureState.READY)
    pictures = (
        select(BlobRow.sha256)
        .join(first, first.c.blob_id == BlobRow.id)
        .where(ready)
        .group_by(BlobRow.sha256)
        .order_by(func.min(first.c.id))
        .limit(COVER_SIZE)
    )
    return func.array(pictures.scalar_subquery()).label("cover")


def _dataset(row: Any) -> Dataset:
    return Dataset(
        id=row.id,
        name=row.name,
        kind=Kind(row.kind),
        visibility=Visibility(row.visibility),
        version=row.version,
        items=row.items,
        size_bytes=row.size_bytes,
        owner_id=row.owner_id,
        owner=row.owner,
        created_at=row.created_at,
        cover=tuple(sha256.hex() for sha256 in row.cover),
    )
