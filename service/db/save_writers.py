"""Save writers: how each kind of save becomes rows, many saves in one statement."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from service.db.items import add_items
from service.db.labels import label_items
from service.domain.datasets import NewItem, Place
from service.domain.saves import (
    ColumnSave,
    EntrySave,
    FeatureSave,
    FileSave,
    ItemSave,
    LabelSave,
    ListedSave,
    PreviewSave,
    Reason,
    Save,
    SetAsideSave,
    VectorSave,
)

FEATURES = """
UPDATE features f SET
    state = CASE WHEN told.reason_code IS NULL THEN 'ready' ELSE 'unreadable' END,
    numbers = told.numbers::float8[], signature = told.signature,
    descriptor = told.descriptor, facts = told.facts,
    reason_code = told.reason_code, reason_detail = told.reason_detail
FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[], $5::int[], $6::text[], $7::bytea[],
            $8::bytea[], $9::jsonb[], $10::text[], $11::text[])
     AS told (chunk_id, run, blob_id, extractor, version, numbers, signature, descriptor,
              facts, reason_code, reason_detail)
WHERE f.blob_id = told.blob_id AND f.extractor = told.extractor AND f.version = told.version
  AND f.state = 'claimed' AND f.chunk_id = told.chunk_id AND f.run = told.run
RETURNING f.chunk_id
"""

VECTORS = """
WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::bytea[])
        AS told (chunk_id, embedding_id, blob_id, vector)
), held AS (
    SELECT id FROM embeddings WHERE id IN (SELECT embedding_id FROM told) FOR KEY SHARE
), kept AS (
    INSERT INTO embedding_vectors (embedding_id, blob_id, vector)
    SELECT embedding_id, blob_id, vector FROM told JOIN held ON held.id = embedding_id
    ORDER BY embedding_id, blob_id
    ON CONFLICT (embedding_id, blob_id) DO NOTHING
    RETURNING embedding_id, blob_id
)
SELECT chunk_id FROM told JOIN kept USING (embedding_id, blob_id)
"""
"""Nothing into embeddings that others have replaced meanwhile."""

FILES = """
UPDATE listed_files l SET state = told.state, reason_code = told.code, reason_detail = told.detail
FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[])
     AS told (chunk_id, task_id, key, state, code, detail)
WHERE l.task_id = told.task_id AND l.key = told.key AND l.state = 'listed'
RETURNING told.chunk_id
"""

ENTRIES = """
INSERT INTO listed_files (task_id, key, path, source, state, reason_code, reason_detail)
SELECT task_id, key, path, '', state, code, detail
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[])
     AS told (task_id, key, path, state, code, detail)
ON CONFLICT (task_id, key) DO NOTHING
"""

LISTED = """
INSERT INTO listed_files (task_id, key, path, source, state, reason_code, reason_detail)
SELECT task_id, key, path, source, CASE WHEN code IS NULL THEN 'listed' ELSE 'skipped' END,
       code, detail
FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[])
     AS told (task_id, key, path, source, code, detail)
ON CONFLICT (task_id, key) DO UPDATE
    SET path = excluded.path, source = excluded.source, state = excluded.state,
        reason_code = excluded.reason_code, reason_detail = excluded.reason_detail
"""

ITEMS = """
INSERT INTO task_items (task_id, kind, item_id, score, data)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::float8[], $5::jsonb[])
ON CONFLICT (task_id, kind, item_id) DO UPDATE SET score = excluded.score, data = excluded.data
"""

COLUMNS = """
INSERT INTO task_columns (task_id, name, block, data)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::bytea[])
ON CONFLICT (task_id, name, block) DO UPDATE SET data = excluded.data
"""

SET_ASIDE = """
INSERT INTO set_aside (stage_id, key, code, detail)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
ON CONFLICT (stage_id, key) DO NOTHING
RETURNING stage_id, key
"""

PREVIEWS = """
INSERT INTO previews (task_id, worker_id, counts)
SELECT told.task_id, $1, told.counts FROM unnest($2::uuid[], $3::jsonb[]) AS told (task_id, counts)
ON CONFLICT (task_id, worker_id) DO UPDATE SET counts = excluded.counts
"""

NO_ITEM = Reason("item_not_found", "the dataset has no item of this path")

S = TypeVar("S", bound=Save)


@dataclass(frozen=True)
class Writing:
    """One transaction's writes, and what they add to the counts of chunks."""

    connection: Any
    worker_id: UUID
    live: Mapping[tuple[int, int], Any]
    """By chunk and run, the runs that may write."""
    added: Counter[int] = field(default_factory=Counter[int])
    """By chunk, how many of its keys are done."""
    aside: Counter[int] = field(default_factory=Counter[int])
    """By chunk, how many of those are set aside."""
    set_aside: list[SetAsideSave] = field(default_factory=list[SetAsideSave])
    """Those that were not before."""

    async def write(self, batch: Sequence[Save]) -> None:
        for writer in WRITERS:
            await writer.write(self, batch)

    def task_of(self, save: Save) -> UUID:
        return self.live[run_of(save)]["task_id"]

    def stage_of(self, save: Save) -> int:
        return self.live[run_of(save)]["stage_id"]

    def dataset_of(self, save: Save) -> UUID:
        return self.live[run_of(save)]["dataset_id"]


def run_of(save: Save) -> tuple[int, int]:
    return save.fence.chunk_id, save.fence.run


@dataclass(frozen=True)
class _Writer(Generic[S]):
    """Writes the saves of one kind, if there are any."""

    kind: type[S]
    rows: Callable[[Writing, Sequence[S]], Awaitable[None]]

    async def write(self, writing: Writing, batch: Sequence[Save]) -> None:
        saves = [save for save in batch if isinstance(save, self.kind)]
        if saves:
            await self.rows(writing, saves)


async def _features(writing: Writing, saves: Sequence[FeatureSave]) -> None:
    rows = await writing.connection.fetch(
        FEATURES,
        [s.fence.chunk_id for s in saves],
        [s.fence.run for s in saves],
        [s.blob_id for s in saves],
        [s.extractor.name for s in saves],
        [s.extractor.version for s in saves],
        [_array(s.numbers) for s in saves],
        [s.signature for s in saves],
        [s.descriptor for s in saves],
        [s.facts for s in saves],
        [s.unreadable.code if s.unreadable else None for s in saves],
        [s.unreadable.detail if s.unreadable else None for s in saves],
    )
    writing.added.update(row["chunk_id"] for row in rows)


async def _vectors(writing: Writing, saves: Sequence[VectorSave]) -> None:
    rows = await writing.connection.fetch(
        VECTORS,
        [s.fence.chunk_id for s in saves],
        [writing.task_of(s) for s in saves],
        [s.blob_id for s in saves],
        [s.vector for s in saves],
    )
    writing.added.update(row["chunk_id"] for row in rows)


async def _files(writing: Writing, saves: Sequence[FileSave]) -> None:
    states = await _add_items(writing, saves)
    rows = await writing.connection.fetch(
        FILES,
        [s.fence.chunk_id for s in saves],
        [writing.task_of(s) for s in saves],
        [s.key for s in saves],
        states,
        [s.skipped.code if s.skipped else None for s in saves],
        [s.skipped.detail if s.skipped else None for s in saves],
    )
    writing.added.update(row["chunk_id"] for row in rows)


async def _entries(writing: Writing, saves: Sequence[EntrySave]) -> None:
    states = await _add_items(writing, saves)
    await _listed_as(writing, saves, states, [save.skipped for save in saves])


async def _labels(writing: Writing, saves: Sequence[LabelSave]) -> None:
    by_dataset: dict[UUID, dict[str, Place]] = {}
    for save in saves:
        if save.place:
            by_dataset.setdefault(writing.dataset_of(save), {})[save.path] = save.place
    states: dict[tuple[UUID, str], str] = {}
    for dataset_id, told in sorted(by_dataset.items()):
        for path, state in (await label_items(writing.connection, dataset_id, told)).items():
            states[dataset_id, path] = state
    told_states = [states.get((writing.dataset_of(s), s.path), "skipped") for s in saves]
    reasons = [
        s.skipped or (NO_ITEM if state == "skipped" else None)
        for s, state in zip(saves, told_states, strict=True)
    ]
    await _listed_as(writing, saves, told_states, reasons)


async def _listed(writing: Writing, saves: Sequence[ListedSave]) -> None:
    await writing.connection.execute(
        LISTED,
        [writing.task_of(s) for s in saves],
        [s.key for s in saves],
        [s.path for s in saves],
        [s.source for s in saves],
        [s.skipped.code if s.skipped else None for s in saves],
        [s.skipped.detail if s.skipped else None for s in saves],
    )


async def _items(writing: Writing, saves: Sequence[ItemSave]) -> None:
    await writing.connection.execute(
        ITEMS,
        [writing.task_of(s) for s in saves],
        [s.kind for s in saves],
        [s.item_id for s in saves],
        [s.score for s in saves],
        [s.data for s in saves],
    )


async def _columns(writing: Writing, saves: Sequence[ColumnSave]) -> None:
    await writing.connection.execute(
        COLUMNS,
        [writing.task_of(s) for s in saves],
        [s.column for s in saves],
        [s.block for s in saves],
        [s.data for s in saves],
    )


async def _set_aside(writing: Writing, saves: Sequence[SetAsideSave]) -> None:
    by_key = {(writing.stage_of(s), s.key): s for s in saves}
    rows = await writing.connection.fetch(
        SET_ASIDE,
        [stage_id for stage_id, _ in by_key],
        [key for _, key in by_key],
        [s.reason.code for s in by_key.values()],
        [s.reason.detail for s in by_key.values()],
    )
    writing.set_aside.extend(by_key[row["stage_id"], row["key"]] for row in rows)
    new = [save.fence.chunk_id for save in writing.set_aside]
    writing.added.update(new)
    writing.aside.update(new)


async def _previews(writing: Writing, saves: Sequence[PreviewSave]) -> None:
    newest = {writing.task_of(s): s.counts for s in saves}
    await writing.connection.execute(
        PREVIEWS, writing.worker_id, list(newest), list(newest.values())
    )


async def _listed_as(
    writing: Writing,
    saves: Sequence[EntrySave | LabelSave],
    states: Sequence[str],
    reasons: Sequence[Reason | None],
) -> None:
    """Writes down what was found and settled at once."""
    await writing.connection.execute(
        ENTRIES,
        [writing.task_of(s) for s in saves],
        [s.key for s in saves],
        [s.path for s in saves],
        states,
        [reason.code if reason else None for reason in reasons],
        [reason.detail if reason else None for reason in reasons],
    )


async def _add_items(writing: Writing, saves: Sequence[FileSave | EntrySave]) -> list[str]:
    """Adds what is stored to the datasets of its tasks; what became of each save."""
    by_dataset: dict[UUID, list[NewItem]] = {}
    for save in saves:
        if save.item:
            by_dataset.setdefault(writing.dataset_of(save), []).append(save.item)
    states: dict[tuple[UUID, str], str] = {}
    for dataset_id, new in sorted(by_dataset.items()):
        added = await add_items(writing.connection, dataset_id, new)
        for path, state in added.states.items() if added else ():
            states[dataset_id, path] = state
    return [
        states.get((writing.dataset_of(s), s.item.path), "skipped") if s.item else "skipped"
        for s in saves
    ]


def _array(numbers: Sequence[float] | None) -> str | None:
    """PostgreSQL's text for an array; arrays of arrays cannot be unnested."""
    return None if numbers is None else "{" + ",".join(map(repr, numbers)) + "}"


WRITERS: Sequence[_Writer[Any]] = (
    _Writer(FeatureSave, _features),
    _Writer(VectorSave, _vectors),
    _Writer(FileSave, _files),
    _Writer(EntrySave, _entries),
    _Writer(LabelSave, _labels),
    _Writer(ListedSave, _listed),
    _Writer(ItemSave, _items),
    _Writer(ColumnSave, _columns),
    _Writer(SetAsideSave, _set_aside),
    _Writer(PreviewSave, _previews),
)
"""All transactions write in this order, so that they seldom wait for each other in a circle."""
