"""What users may see of all items of a dataset at once: columns of what is known of them."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from service.db.features import Features
from service.db.item_columns import FrozenVersion, ItemColumns
from service.domain.image_features import IMAGE_EXTRACTOR
from service.domain.item_columns import ITEM_COLUMNS, Code, ItemColumn, ItemId, Number, Text
from service.domain.users import User
from service.errors import MeanwhileError
from service.usecases.datasets import DatasetActions

HELD_BYTES: Final = 8 * 2**20
"""Of columns that are read beside the one that is being sent."""

Names = Mapping[str, Sequence[str | None]]
"""By column, the name of each code."""


class UnknownColumn(MeanwhileError):
    """Nothing of that name is known of items."""

    code = "unknown_column"
    status = 422


@dataclass(frozen=True)
class DatasetColumns:
    """What was asked of each of so many items."""

    frozen: FrozenVersion
    columns: Sequence[ItemColumn]
    rows: int
    read: int
    """How many of them have features; with the version it says whether anything is new."""


class ColumnActions:
    """Reads columns of items."""

    def __init__(
        self, datasets: DatasetActions, features: Features, item_columns: ItemColumns
    ) -> None:
        self._datasets = datasets
        self._features = features
        self._item_columns = item_columns

    async def find(self, user: User, dataset_id: UUID, names: Sequence[str]) -> DatasetColumns:
        """The items of the newest version, whatever happens to it while they are told."""
        columns = [ItemId(), *map(_column, dict.fromkeys(names))]
        dataset = await self._datasets.find(user, dataset_id)
        frozen = FrozenVersion(dataset_id, dataset.version, IMAGE_EXTRACTOR)
        return DatasetColumns(frozen, columns, dataset.items, await self._read(frozen, columns))

    async def names(self, found: DatasetColumns) -> Names:
        """What codes stand for; 0 is for none, and a code beyond them for any rarer name."""
        told: dict[str, Sequence[str | None]] = {}
        for column in found.columns:
            match column:
                case Code(name, _, names):
                    told[name] = names
                case Text(name):
                    told[name] = [None, *await self._item_columns.names(found.frozen, column)]
                case _:
                    pass
        return told

    async def bytes_of(self, found: DatasetColumns, names: Names) -> AsyncGenerator[bytes]:
        """The columns, one after the other; some are read together, as many as may be held."""
        codes = {column: _codes(told) for column, told in names.items()}
        for together in _in_groups(found):
            held: list[list[bytes]] = [[] for _ in together[1:]]
            async with aclosing(self._item_columns.pages(found.frozen, together, codes)) as pages:
                async for first, *others in pages:
                    yield first
                    for column, data in zip(held, others, strict=True):
                        column.append(data)
            for column in held:
                for data in column:
                    yield data

    async def _read(self, frozen: FrozenVersion, columns: Sequence[ItemColumn]) -> int:
        if not any(isinstance(column, Number | Code) for column in columns):
            return 0
        return await self._features.count_ready(frozen.dataset_id, frozen.version, frozen.extractor)


def _column(name: str) -> ItemColumn:
    try:
        return ITEM_COLUMNS[name]
    except KeyError:
        raise UnknownColumn(
            f"there is no column {name!r}; known are {', '.join(ITEM_COLUMNS)}",
            fields=[("names", f"{name!r} is not known")],
        ) from None


def _in_groups(found: DatasetColumns) -> list[Sequence[ItemColumn]]:
    """The first of a group goes out as it is read."""
    size = 1 + HELD_BYTES // max(1, 4 * found.rows)
    return [found.columns[start : start + size] for start in range(0, len(found.columns), size)]


def _codes(names: Sequence[str | None]) -> Mapping[str, int]:
    return {name: code for code, name in enumerate(names) if name is not None}
