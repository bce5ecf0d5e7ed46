"""Clustering, from a folder to cards and a map, with real servers, children and files."""

import struct
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.catalog.clustering import ClusteringResult
from service.domain.datasets import Dataset
from service.domain.keeping import Keeping
from service.domain.tasks import Status, Task
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.maps import NoMap
from service.usecases.task_problems import InvalidParams, ResultForgotten, TaskNotCompleted
from service.usecases.tasks import Submission
from tests.integration.conftest import analyse, ended, import_folder
from tests.pictures import HOSTILE
from worker.runner import Runner

EACH = 15
KINDS = ("stripes", "dots", "night")


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of three kinds that nobody would mix up, in folders named after them."""
    folder = tmp_path_factory.mktemp("kinds")
    for kind in KINDS:
        (folder / kind).mkdir()
        for seed in range(EACH):
            picture(kind, seed).save(folder / kind / f"{seed}.png")
    return folder


def picture(kind: str, seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:96, :96]
    match kind:
        case "stripes":
            level = 150 + 100 * (np.sin(columns / 3 + rng.uniform(0, 6)) > 0)
            tint = (1.0, 0.3, 0.2)
        case "dots":
            level = 255 * ((rows // 24 + columns // 24) % 2) * rng.uniform(0.8, 1)
            tint = (0.2, 0.5, 1.0)
        case _:
            level = rng.uniform(5, 25) + 0 * rows
            tint = (0.5, 0.5, 0.6)
    noise = rng.normal(0, 6, (96, 96, 3))
    pixels = level[:, :, None] * np.array(tint) + noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


async def cluster(
    runtime: Runtime, user: User, dataset: Dataset, *, force: bool = False, **params: Any
) -> Task:
    asked = Submission("clustering", dataset.id, params=params, force=force)
    submitted = await runtime.tasks.submit(user, asked)
    return await ended(runtime, user, submitted.task.id)


async def result_of(runtime: Runtime, user: User, task: Task) -> ClusteringResult:
    assert task.status is Status.COMPLETED, task.error
    return ClusteringResult.model_validate(await runtime.tasks.result(user, task.id))


async def columns_of(runtime: Runtime, user: User, task: Task) -> dict[str, list[float]]:
    """By name, the values of the map."""
    found = await runtime.maps.find(user, task.id)
    packed = b"".join([block async for block in runtime.maps.bytes_of(found)])
    told: dict[str, list[float]] = {}
    for column in found.columns:
        size = found.rows * column.type.size_bytes
        form = {"I64": "q", "I32": "i", "F32": "f"}[column.type]
        told[column.name] = list(struct.unpack(f"<{found.rows}{form}", packed[:size]))
        packed = packed[size:]
    assert packed == b""
    return told


async def test_pictures_of_a_kind_are_a_cluster_each(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, kinds: Path
) -> None:
    await import_folder(runtime, user, dataset, kinds)

    told = await result_of(runtime, user, await cluster(runtime, user, dataset))

    assert (told.items, told.clustered, told.clusters) == (45, 45, 3)
    assert told.structure == "clear"
    assert sum(candidate.chosen for candidate in told.candidates) == 1
    examples = [{item.path.partition("/")[0] for item in card.examples} for card in told.cards]
    assert sorted(kind for each in examples for kind in each) == sorted(KINDS)


async def test_a_card_says_what_sets_its_cluster_apart(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, kinds: Path
) -> None:
    await import_folder(runtime, user, dataset, kinds)

    told = await result_of(runtime, user, await cluster(runtime, user, dataset))

    night = next(card for card in told.cards if card.examples[0].path.startswith("night"))
    traits = {trait.attribute: trait.above for trait in night.traits}
    assert traits["brightness"] == 0


async def test_the_map_has_every_item_that_could_be_read(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, kinds: Path
) -> None:
    await import_folder(runtime, user, dataset, kinds)
    task = await cluster(runtime, user, dataset, clusters=3)

    columns = await columns_of(runtime, user, task)

    assert list(columns) == ["item_id", "x", "y", "cluster", "distance"]
    paths = await runtime.features.paths([int(id_) for id_ in columns["item_id"]])
    by_cluster = {
        (paths[int(id_)][0].partition("/")[0], cluster)
        for id_, cluster in zip(columns["item_id"], columns["cluster"], strict=True)
    }
    assert len(paths) == 45
    assert len(by_cluster) == 3
    assert max(map(abs, columns["x"] + columns["y"])) == 1


async def test_what_an_image_analysis_has_read_is_not_read_again(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, kinds: Path
) -> None:
    await import_folder(runtime, user, dataset, kinds)
    await analyse(runtime, user, dataset)
    before = worker.executor.counters.items

    task = await cluster(runtime, user, dataset)

    grouping = 1
    assert worker.executor.counters.items - before == grouping
    assert task.stages[0].known == 45


async def test_equal_seeds_give_equal_bytes(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, kinds: Path
) -> None:
    await import_folder(runtime, user, dataset, kinds)

    both = [await cluster(runtime, user, dataset, force=True, seed=7) for _ in range(2)]

    one, other = [await runtime.tasks.result(user, task.id) for task in both]
    assert one == other
    first, second = [await columns_of(runtime, user, task) for task in both]
    assert first == second


async def test_hostile_files_are_told_and_the_others_grouped(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)

    task = await cluster(runtime, user, dataset)

    told = await result_of(runtime, user, task)
    assert told.clustered + told.unreadable == told.items
    rows = await runtime.tasks.items(user, task.id, kind="unreadable", after=None, limit=100)
    assert {row["path"]: row["data"]["code"] for row in rows} == HOSTILE
    assert {item.path: item.code for item in told.unreadable_items} == HOSTILE


async def test_of_nothing_that_can_be_read_there_is_a_result_that_says_so(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    await import_folder(runtime, user, dataset, tmp_path)

    task = await cluster(runtime, user, dataset)

    told = await result_of(runtime, user, task)
    assert (told.items, told.unreadable, told.clusters, told.cards) == (1, 1, 0, [])
    assert [note.code for note in told.notes] == ["no_items"]
    assert (await columns_of(runtime, user, task))["item_id"] == []


async def test_params_that_contradict_each_other_are_refused(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    asked = Submission("clustering", dataset.id, params={"method": "hdbscan", "clusters": 3})

    with pytest.raises(InvalidParams, match="params"):
        await runtime.tasks.submit(user, asked)


async def test_only_a_completed_task_of_a_type_with_columns_has_a_map(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("eda", dataset.id))
    other = await ended(runtime, user, submitted.task.id)
    await worker.drain()
    waiting = await runtime.tasks.submit(user, Submission("clustering", dataset.id))

    with pytest.raises(NoMap, match="eda"):
        await runtime.maps.find(user, other.id)
    with pytest.raises(TaskNotCompleted):
        await runtime.maps.find(user, waiting.task.id)


async def test_a_result_that_is_forgotten_takes_its_map_along(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset
) -> None:
    first = await cluster(runtime, user, dataset)
    await runtime.database.pool.execute(
        "INSERT INTO task_columns VALUES ($1, 'item_id', 0, $2)", first.id, bytes(8)
    )
    await runtime.database.pool.execute(
        """UPDATE tasks SET created_at = created_at - interval '1 year',
        completed_at = completed_at - interval '1 year' WHERE id = $1""",
        first.id,
    )
    await cluster(runtime, user, dataset, force=True)

    await replace(
        runtime.forgetting,
        keeping=Keeping(tasks=None, results=timedelta(days=30), logs=None, orphans=None),
    ).forget()

    with pytest.raises(ResultForgotten):
        await runtime.maps.find(user, first.id)
    left = await runtime.database.pool.fetchval("SELECT count(*) FROM task_columns")
    assert left == 0
