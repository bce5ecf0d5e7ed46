"""Reads columns of the items of a dataset's version: PostgreSQL packs them, page by page."""

from array import array
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from service.db.engine import Database
from service.domain.features import Extractor
from service.domain.item_columns import Code, ItemColumn, ItemId, Number, Text

PAGE_ROWS = 16_384
MOST_NAMES = 1000

FROZEN = """
i.dataset_id = $1 AND i.added_in <= $2 AND (i.removed_in IS NULL OR i.removed_in > $2)
"""

NAMES = f"""
SELECT i.{{name}} FROM items i WHERE {FROZEN} AND i.{{name}} IS NOT NULL
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT $3
"""

PAGE = f"""
SELECT max(told.id) AS last_id, {{packed}}
FROM (
    SELECT i.id, {{values}} FROM items i {{joined}}
    WHERE {FROZEN} AND i.id > $3 ORDER BY i.id LIMIT $4
) told
"""
"""The limit keeps the inner query as it is, so that its order is the order of what is packed."""

FEATURES = """
LEFT JOIN features f ON f.blob_id = i.blob_id AND f.extractor = $5 AND f.version = $6
                    AND f.state = 'ready'
"""

Codes = Mapping[str, Mapping[str, int]]
"""By column, the code of each name."""


@dataclass(frozen=True)
class FrozenVersion:
    """A version of a dataset, and whose features its items have."""

    dataset_id: UUID
    version: int
    extractor: Extractor


class ItemColumns:
    """Columns of items in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def names(self, frozen: FrozenVersion, column: Text) -> list[str]:
        """The most frequent names, most frequent first."""
        rows = await self._pool.fetch(
            NAMES.format(name=column.name), frozen.dataset_id, frozen.version, MOST_NAMES
        )
        return [row[column.name] for row in rows]

    async def pages(
        self, frozen: FrozenVersion, columns: Sequence[ItemColumn], codes: Codes
    ) -> AsyncGenerator[list[bytes]]:
        """The columns of a page, by rising id; no connection is held while one is sent."""
        query = _Query(columns, codes)
        told = [frozen.dataset_id, frozen.version, 0, PAGE_ROWS, *query.arguments(frozen)]
        while row := await self._pool.fetchrow(query.text, *told):
            last_id, *packed = row
            if last_id is None:
                return
            yield [
                _little_endian(column, data) for column, data in zip(columns, packed, strict=True)
            ]
            told[2] = last_id


class _Query:
    """The statement of a page; what it is asked with stands in the order of its numbers."""

    def __init__(self, columns: Sequence[ItemColumn], codes: Codes) -> None:
        self._featured = any(isinstance(column, Number | Code) for column in columns)
        self._codes: list[Mapping[str, int]] = []
        values = [self._value(column, codes) for column in columns]
        self.text = PAGE.format(
            packed=", ".join(f"string_agg(told.c{n}, '') AS c{n}" for n in range(len(columns))),
            values=", ".join(f"{value} AS c{n}" for n, value in enumerate(values)),
            joined=FEATURES if self._featured else "",
        )

    def arguments(self, frozen: FrozenVersion) -> list[object]:
        extractor = frozen.extractor
        featured = [extractor.name, extractor.version] if self._featured else []
        return [*featured, *self._codes]

    def _value(self, column: ItemColumn, codes: Codes) -> str:
        match column:
            case ItemId():
                return "int8send(i.id)"
            case Number(_, place):
                return f"float4send({_single(f'f.numbers[{place + 1}]')})"
            case Code(_, place, names):
                number = f"f.numbers[{place + 1}]"
                known = f"CASE WHEN {number} < 0 THEN {len(names) - 1} ELSE {number}::int + 1 END"
                return f"int4send(coalesce({known}, 0))"
            case Text(name):
                return f"int4send({self._code(name, codes[name])})"

    def _code(self, name: str, codes: Mapping[str, int]) -> str:
        """A code beyond those that are told is any of the rarer names."""
        self._codes.append(codes)
        number = 4 + 2 * self._featured + len(self._codes)
        told = f"coalesce((${number}::jsonb ->> i.{name})::int, {len(codes) + 1})"
        return f"CASE WHEN i.{name} IS NULL THEN 0 ELSE {told} END"


def _single(number: str) -> str:
    """What is too small for a single is 0: PostgreSQL would refuse it."""
    return f"""CASE WHEN {number} IS NULL THEN 'NaN' WHEN abs({number}) < 1e-37 THEN 0
        ELSE {number}::float4 END"""


def _little_endian(column: ItemColumn, data: bytes) -> bytes:
    """PostgreSQL sends the highest byte first."""
    values = array({4: "I", 8: "Q"}[column.type.size_bytes], data)
    values.byteswap()
    return values.tobytes()
