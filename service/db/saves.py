"""Writes what runs have made, all slots of a worker in one fenced transaction."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.db.engine import Database
from service.db.items import add_items
from service.db.labels import label_items
from service.domain.datasets import NewItem, Place
from service.domain.eta import RECENT_SECONDS
from service.domain.saves import (
    EntrySave,
    FeatureSave,
    FileSave,
    FractionSave,
    ItemSave,
    LabelSave,
    ListedSave,
    PreviewSave,
    Reason,
    Save,
    Saved,
    SetAsideSave,
)

FENCE = """
SELECT c.id, c.run, c.task_id, c.stage_id, t.dataset_id
FROM chunks c JOIN tasks t ON t.id = c.task_id
JOIN unnest($1::bigint[], $2::int[], $3::uuid[]) AS told (id, run, token)
    ON told.id = c.id AND told.run = c.run AND told.token = c.token
WHERE c.state = 'running' ORDER BY c.id FOR NO KEY UPDATE OF c
"""

FEATURES = """
UPDATE features f SET
    state = CASE WHEN told.reason_code IS NULL THEN 'ready' ELSE 'unreadable' END,
    numbers = told.numbers::float8[], signature = told.signature, facts = told.facts,
    reason_code = told.reason_code, reason_detail = told.reason_detail
FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[], $5::int[], $6::text[], $7::bytea[],
            $8::jsonb[], $9::text[], $10::text[])
     AS told (chunk_id, run, blob_id, extractor, version, numbers, signature, facts,
              reason_code, reason_detail)
WHERE f.blob_id = told.blob_id AND f.extractor = told.extractor AND f.version = told.version
  AND f.state = 'claimed' AND f.chunk_id = told.chunk_id AND f.run = told.run
RETURNING f.chunk_id
"""

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

LONGEST_PAUSE_SECONDS = 60.0
"""A stage that nobody worked on for longer is not slower for it."""

NO_ITEM = Reason("item_not_found", "the dataset has no item of this path")

COUNT = f"""
WITH told AS (
    SELECT * FROM unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[])
        AS told (chunk_id, added, thousandths, aside, previews)
), counted AS (
    UPDATE chunks c SET attempts = CASE WHEN told.added > 0 THEN 0 ELSE c.attempts END,
        done = LEAST(c.size, CASE WHEN told.thousandths >= 0
                             THEN GREATEST(c.done, told.thousandths) ELSE c.done + told.added END)
    FROM told, chunks before
    WHERE c.id = told.chunk_id AND before.id = c.id
    RETURNING c.stage_id, c.task_id, c.done - before.done AS more, told.aside, told.previews
), staged AS (
    UPDATE stages s SET done = s.done + c.more, counted_at = c.now,
        recent_done = s.recent_done * exp(-since.seconds / {RECENT_SECONDS}) + c.more,
        recent_seconds = s.recent_seconds * exp(-since.seconds / {RECENT_SECONDS}) + since.seconds
    FROM (SELECT stage_id, sum(more) AS more, clock_timestamp() AS now
          FROM counted GROUP BY stage_id) c
    JOIN stages before ON before.id = c.stage_id CROSS JOIN LATERAL (
        SELECT LEAST(GREATEST(EXTRACT(EPOCH FROM
            c.now - COALESCE(before.counted_at, before.started_at, c.now)), 0),
            {LONGEST_PAUSE_SECONDS})::float8 AS seconds) since
    WHERE s.id = c.stage_id
    RETURNING s.id
)
UPDATE tasks t SET seq = t.seq + 1, set_aside = t.set_aside + c.aside,
    preview_seq = t.preview_seq + c.previews
FROM (SELECT task_id, sum(aside) AS aside, max(previews) AS previews FROM counted
      WHERE (SELECT count(*) FROM staged) >= 0 GROUP BY task_id) c
WHERE t.id = c.task_id
RETURNING t.id
"""


class Saves:
    """The saver's transaction."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def save(self, worker_id: UUID, batch: Sequence[Save]) -> Saved:
        """Writes a batch and counts it: chunk, stage and task move together or not at all."""
        fences = sorted({save.fence for save in batch}, key=lambda fence: fence.chunk_id)
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                FENCE,
                [fence.chunk_id for fence in fences],
                [fence.run for fence in fences],
                [fence.token for fence in fences],
            )
            live = {(row["id"], row["run"]): row for row in rows}
            kept = [save for save in batch if _run_of(save) in live]
            writing = _Writing(connection, worker_id, live)
            await writing.write(kept)
            tasks = await writing.count(kept)
        refused = frozenset(f for f in fences if (f.chunk_id, f.run) not in live)
        return Saved(tasks, refused)


def _run_of(save: Save) -> tuple[int, int]:
    return save.fence.chunk_id, save.fence.run


class _Writing:
    """One transaction's writes, by kind of save."""

    def __init__(self, connection: Any, worker_id: UUID, live: dict[tuple[int, int], Any]) -> None:
        self._connection = connection
        self._worker_id = worker_id
        self._live = live
        self._added = Counter[int]()
        self._aside = Counter[int]()

    async def write(self, batch: Sequence[Save]) -> None:
        await self._features([save for save in batch if isinstance(save, FeatureSave)])
        await self._files([save for save in batch if isinstance(save, FileSave)])
        await self._entries([save for save in batch if isinstance(save, EntrySave)])
        await self._labels([save for save in batch if isinstance(save, LabelSave)])
        await self._listed([save for save in batch if isinstance(save, ListedSave)])
        await self._items([save for save in batch if isinstance(save, ItemSave)])
        await self._set_aside([save for save in batch if isinstance(save, SetAsideSave)])
        await self._previews([save for save in batch if isinstance(save, PreviewSave)])

    async def count(self, batch: Sequence[Save]) -> list[UUID]:
        """Moves chunks, stages and tasks by what was written; the ids of the tasks."""
        fractions = {s.fence.chunk_id: s.thousandths for s in batch if isinstance(s, FractionSave)}
        previews = {s.fence.chunk_id for s in batch if isinstance(s, PreviewSave)}
        ids = sorted({save.fence.chunk_id for save in batch})
        if not ids:
            return []
        rows = await self._connection.fetch(
            COUNT,
            ids,
            [self._added[id_] for id_ in ids],
            [fractions.get(id_, -1) for id_ in ids],
            [self._aside[id_] for id_ in ids],
            [int(id_ in previews) for id_ in ids],
        )
        return [row["id"] for row in rows]

    def _task(self, save: Save) -> UUID:
        return self._live[_run_of(save)]["task_id"]

    async def _features(self, saves: Sequence[FeatureSave]) -> None:
        if not saves:
            return
        rows = await self._connection.fetch(
            FEATURES,
            [s.fence.chunk_id for s in saves],
            [s.fence.run for s in saves],
            [s.blob_id for s in saves],
            [s.extractor.name for s in saves],
            [s.extractor.version for s in saves],
            [_array(s.numbers) for s in saves],
            [s.signature for s in saves],
            [s.facts for s in saves],
            [s.unreadable.code if s.unreadable else None for s in saves],
            [s.unreadable.detail if s.unreadable else None for s in saves],
        )
        self._added.update(row["chunk_id"] for row in rows)

    async def _files(self, saves: Sequence[FileSave]) -> None:
        if not saves:
            return
        states = await self._add_items(saves)
        rows = await self._connection.fetch(
            FILES,
            [s.fence.chunk_id for s in saves],
            [self._task(s) for s in saves],
            [s.key for s in saves],
            states,
            [s.skipped.code if s.skipped else None for s in saves],
            [s.skipped.detail if s.skipped else None for s in saves],
        )
        self._added.update(row["chunk_id"] for row in rows)

    async def _entries(self, saves: Sequence[EntrySave]) -> None:
        states = await self._add_items(saves)
        await self._listed_as(saves, states, [save.skipped for save in saves])

    async def _listed_as(
        self,
        saves: Sequence[EntrySave | LabelSave],
        states: Sequence[str],
        reasons: Sequence[Reason | None],
    ) -> None:
        """Writes down what was found and settled at once."""
        if saves:
            await self._connection.execute(
                ENTRIES,
                [self._task(s) for s in saves],
                [s.key for s in saves],
                [s.path for s in saves],
                states,
                [reason.code if reason else None for reason in reasons],
                [reason.detail if reason else None for reason in reasons],
            )

    async def _labels(self, saves: Sequence[LabelSave]) -> None:
        by_dataset: dict[UUID, dict[str, Place]] = {}
        for save in saves:
            if save.place:
                by_dataset.setdefault(self._dataset(save), {})[save.path] = save.place
        states: dict[tuple[UUID, str], str] = {}
        for dataset_id, told in sorted(by_dataset.items()):
            for path, state in (await label_items(self._connection, dataset_id, told)).items():
                states[dataset_id, path] = state
        told_states = [states.get((self._dataset(s), s.path), "skipped") for s in saves]
        reasons = [
            s.skipped or (NO_ITEM if state == "skipped" else None)
            for s, state in zip(saves, told_states, strict=True)
        ]
        await self._listed_as(saves, told_states, reasons)

    async def _add_items(self, saves: Sequence[FileSave | EntrySave]) -> list[str]:
        """Adds what is stored to the datasets of its tasks; what became of each save."""
        by_dataset: dict[UUID, list[NewItem]] = {}
        for save in saves:
            if save.item:
                by_dataset.setdefault(self._dataset(save), []).append(save.item)
        states: dict[tuple[UUID, str], str] = {}
        for dataset_id, new in sorted(by_dataset.items()):
            added = await add_items(self._connection, dataset_id, new)
            for path, state in added.states.items() if added else ():
                states[dataset_id, path] = state
        return [
            states.get((self._dataset(s), s.item.path), "skipped") if s.item else "skipped"
            for s in saves
        ]

    def _dataset(self, save: Save) -> UUID:
        return self._live[_run_of(save)]["dataset_id"]

    async def _listed(self, saves: Sequence[ListedSave]) -> None:
        if saves:
            await self._connection.execute(
                LISTED,
                [self._task(s) for s in saves],
                [s.key for s in saves],
                [s.path for s in saves],
                [s.source for s in saves],
                [s.skipped.code if s.skipped else None for s in saves],
                [s.skipped.detail if s.skipped else None for s in saves],
            )

    async def _items(self, saves: Sequence[ItemSave]) -> None:
        if saves:
            await self._connection.execute(
                ITEMS,
                [self._task(s) for s in saves],
                [s.kind for s in saves],
                [s.item_id for s in saves],
                [s.score for s in saves],
                [s.data for s in saves],
            )

    async def _set_aside(self, saves: Sequence[SetAsideSave]) -> None:
        if not saves:
            return
        by_key = {(self._live[_run_of(s)]["stage_id"], s.key): s for s in saves}
        rows = await self._connection.fetch(
            SET_ASIDE,
            [stage_id for stage_id, _ in by_key],
            [key for _, key in by_key],
            [s.reason.code for s in by_key.values()],
            [s.reason.detail for s in by_key.values()],
        )
        new = [by_key[row["stage_id"], row["key"]].fence.chunk_id for row in rows]
        self._added.update(new)
        self._aside.update(new)

    async def _previews(self, saves: Sequence[PreviewSave]) -> None:
        newest = {self._task(s): s.counts for s in saves}
        if newest:
            await self._connection.execute(
                PREVIEWS, self._worker_id, list(newest), list(newest.values())
            )


def _array(numbers: Sequence[float] | None) -> str | None:
    """PostgreSQL's text for an array; arrays of arrays cannot be unnested."""
    return None if numbers is None else "{" + ",".join(map(repr, numbers)) + "}"
