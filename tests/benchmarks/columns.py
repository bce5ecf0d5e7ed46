"""Columns: how long what is known of all items takes, and for how long nobody else is answered."""

import asyncio
import time
import tracemalloc
from pathlib import Path
from uuid import UUID

from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.image_features import IMAGE_EXTRACTOR, NUMBERS
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working

NAMES = ("brightness_mean", "blur_edges", "sharpness", "entropy", "label", "split")
BARS = {100_000: 1.5, 1_000_000: None}
ROUNDS = 3
MIB = 2**20

BLOBS = """
INSERT INTO blobs (sha256, size_bytes)
SELECT sha256(($1 || '/' || n)::bytea), 1000 FROM generate_series(1, $2::int) n
RETURNING id
"""
FILL = """
WITH made AS (SELECT id, row_number() OVER () AS n FROM blobs WHERE id > $2),
featured AS (
    INSERT INTO features (blob_id, extractor, version, state, chunk_id, run, numbers)
    SELECT id, $3, $4, 'ready', 0, 0, ARRAY(SELECT random() + id * 0 FROM generate_series(1, $5))
    FROM made
)
INSERT INTO items (dataset_id, blob_id, path, label, split, added_in)
SELECT $1, id, lpad(n::text, 9, '0'), 'label ' || n % 50, 'split ' || n % 3, 1 FROM made
"""
COUNTED = "UPDATE datasets SET version = 1, items = $2 WHERE id = $1"


async def measure(folder: Path) -> list[Figure]:
    """Seconds for six columns of all items, and how long the loop was held meanwhile."""
    figures: list[Figure] = []
    async with working(folder) as runtime:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        for items, bar in BARS.items():
            dataset = await filled(runtime, user, items)
            told = [await _told(runtime, user, dataset.id) for _ in range(ROUNDS)]
            about = f"{items:,} items, {len(NAMES)} columns"
            seconds, held = (min(column) for column in zip(*told, strict=True))
            known = min([await _known(runtime, user, dataset.id) for _ in range(ROUNDS)])
            figures += [
                Figure(about, seconds, "s", at_most=bar),
                Figure(f"{about}: longest hold of the loop", 1000 * held, "ms", at_most=20),
                Figure(f"{about}: whether anything is new", 1000 * known, "ms"),
                Figure(f"{about}: memory", await _peak(runtime, user, dataset.id) / MIB, "MiB"),
            ]
    return figures


async def filled(runtime: Runtime, user: User, items: int) -> Dataset:
    new = NewDataset(f"{items} items", Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    pool = runtime.database.pool
    before = await pool.fetchval("SELECT coalesce(max(id), 0) FROM blobs")
    await pool.execute(BLOBS, str(items), items, timeout=600)
    extractor = (IMAGE_EXTRACTOR.name, IMAGE_EXTRACTOR.version)
    await pool.execute(FILL, dataset.id, before, *extractor, len(NUMBERS), timeout=600)
    await pool.execute(COUNTED, dataset.id, items)
    await pool.execute("VACUUM ANALYZE items, features, blobs", timeout=600)
    return dataset


async def _told(runtime: Runtime, user: User, dataset_id: UUID) -> tuple[float, float]:
    """How long it took, and the most CPU time in which nothing else could run."""
    began, longest = time.perf_counter(), 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - before)

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick())
        await _read(runtime, user, dataset_id)
        ticking.cancel()
    return time.perf_counter() - began, longest


async def _read(runtime: Runtime, user: User, dataset_id: UUID) -> None:
    columns = runtime.columns
    found = await columns.find(user, dataset_id, NAMES)
    names = await columns.names(found)
    sizes = [len(part) async for part in columns.bytes_of(found, names)]
    assert sum(sizes) == found.rows * (8 + 4 * len(NAMES))


async def _known(runtime: Runtime, user: User, dataset_id: UUID) -> float:
    began = time.perf_counter()
    await runtime.columns.find(user, dataset_id, NAMES)
    return time.perf_counter() - began


async def _peak(runtime: Runtime, user: User, dataset_id: UUID) -> int:
    tracemalloc.start()
    await _read(runtime, user, dataset_id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
