"""Item pages: how long a page of a dataset of a million items takes, at any depth."""

import random
import time
from pathlib import Path
from uuid import UUID

from service.domain.datasets import Dataset, ItemQuery, ItemSort, Kind, Visibility
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working

ITEMS = 1_000_000
BLOBS = 1_000
LABELS = 50
PAGES = 500
FILL = """
INSERT INTO items (dataset_id, blob_id, path, label, added_in)
SELECT $1, first.id + n % $3, 'label ' || n % $4 || '/' || lpad(n::text, 9, '0') || '.jpg',
       'label ' || n % $4, 1
FROM generate_series(0, $2 - 1) n, (SELECT min(id) AS id FROM blobs) first
"""


async def measure(folder: Path) -> list[Figure]:
    """p99 in milliseconds over pages from random places, by path, by age and by label."""
    async with working(folder) as runtime:
        user = await runtime.access.ensure("admin", Role.ADMIN)
        new = NewDataset("bench", Kind.IMAGE, Visibility.PRIVATE)
        dataset = await runtime.datasets.create(user, new)
        await _fill(runtime, dataset.id)
        waits = sorted([await _wait(runtime, user, dataset, _query()) for _ in range(PAGES)])
    p99 = waits[len(waits) * 99 // 100]
    return [Figure(f"a page of {ITEMS:,} items, any depth, p99", p99, "ms", at_most=25)]


async def _fill(runtime: Runtime, dataset_id: UUID) -> None:
    pool = runtime.database.pool
    await pool.execute(
        """INSERT INTO blobs (sha256, size_bytes)
        SELECT sha256(n::text::bytea), 1000 FROM generate_series(1, $1) n""",
        BLOBS,
    )
    await pool.execute(FILL, dataset_id, ITEMS, BLOBS, LABELS, timeout=600)
    await pool.execute("ANALYZE items")


def _query() -> ItemQuery:
    chance = random.Random(time.monotonic_ns())
    number, label = chance.randrange(ITEMS), f"label {chance.randrange(LABELS)}"
    path = f"label {number % LABELS}/{number:09}.jpg"
    return chance.choice(
        [
            ItemQuery(limit=100, after=(path,)),
            ItemQuery(limit=100, sort=ItemSort.PATH_DOWN, after=(path,)),
            ItemQuery(limit=100, sort=ItemSort.NEWEST, after=(number,)),
            ItemQuery(limit=100, label=label, after=(f"{label}/{number:09}.jpg",)),
        ]
    )


async def _wait(runtime: Runtime, user: User, dataset: Dataset, query: ItemQuery) -> float:
    began = time.monotonic()
    await runtime.datasets.items(user, dataset.id, query)
    return 1000 * (time.monotonic() - began)
