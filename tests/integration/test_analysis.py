"""The main job, from a folder to a result, with real servers, children and files."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PIL import Image

from service.catalog.entry import Catalogue, Entry
from service.catalog.folder_import import FOLDER_IMPORT
from service.catalog.image_analysis import IMAGE_ANALYSIS, ImageAnalysisResult
from service.catalog.imports import ImportResult
from service.compute.binary_copy import read_features
from service.compute.descriptors import describe, squeeze
from service.domain.datasets import Dataset, ItemQuery, Kind, Visibility
from service.domain.image_features import (
    DESCRIPTOR_BYTES,
    IMAGE_EXTRACTOR,
    NUMBERS,
    SIGNATURE_BYTES,
)
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.integration.conftest import analyse, import_folder, running_worker
from tests.pictures import HOSTILE, MANY, ODD, photograph
from worker.runner import Runner


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_folder_is_imported_and_analysed_item_by_item(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    files = files_below(sample_folder)

    imported = await import_folder(runtime, user, dataset, sample_folder)
    analysed = await analyse(runtime, user, dataset)

    assert (imported.status, analysed.status) == (Status.COMPLETED, Status.COMPLETED)
    report = ImportResult.model_validate(await runtime.tasks.result(user, imported.id))
    assert (report.files, report.added, report.skipped) == (len(files), len(files), 0)
    result = ImageAnalysisResult.model_validate(await runtime.tasks.result(user, analysed.id))
    assert result.items == len(files)
    assert result.unreadable == len(HOSTILE)
    assert result.analysed + result.unreadable == result.items


async def test_every_hostile_file_is_an_item_with_its_reason(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)

    task = await analyse(runtime, user, dataset)

    rows = await runtime.tasks.items(user, task.id, kind="unreadable", after=None, limit=100)
    assert {row["path"]: row["data"]["code"] for row in rows} == HOSTILE
    assert not task.partial


async def test_odd_files_are_analysed_like_all_others(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    await analyse(runtime, user, dataset)

    items = await runtime.datasets.items(user, dataset.id, ItemQuery(limit=200))
    odd = {item.path: item.sha256 for item in items if item.path in ODD}

    assert set(odd) == set(ODD)
    assert all(runtime.storage.thumbnail_path(sha256).is_file() for sha256 in odd.values())


async def test_honest_defects_are_found(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)

    task = await analyse(runtime, user, dataset)

    result = ImageAnalysisResult.model_validate(await runtime.tasks.result(user, task.id))
    found = {issue.name: {item.path for item in issue.items} for issue in result.issues}
    assert "cats/dark.jpg" in found["dark"]
    assert "cats/blank.png" in found["light"] & found["low_information"]
    assert "cats/strip.jpg" in found["odd_aspect_ratio"]
    assert "cats/grey.jpg" in found["grayscale"]
    assert found["exact_duplicates"] == {"cats/original.png", "cats/copy.png"}
    assert "cats/again.jpg" in found["near_duplicates"]


async def test_what_has_been_computed_is_never_computed_again(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    first = await analyse(runtime, user, dataset)

    again = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    forced = await analyse(runtime, user, dataset, force=True)

    assert (again.outcome, again.task.id) == ("cached", first.id)
    assert forced.id != first.id
    assert forced.stages[0].total == 0
    one, other = [await runtime.tasks.result(user, task.id) for task in (first, forced)]
    assert one == other


async def test_descriptors_are_kept_and_exported_with_items_and_labels(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    folder = pictures_below(tmp_path / "pictures", range(3))
    pictures_below(folder / "cats", range(3, 6))
    pictures_below(folder / "dogs", range(6, 7))
    await import_folder(runtime, user, dataset, folder)
    await analyse(runtime, user, dataset)

    frozen = (await runtime.datasets.find(user, dataset.id)).version
    await runtime.features.export_descriptors(
        tmp_path / "copy", dataset.id, frozen, IMAGE_EXTRACTOR
    )

    rows = read_features(
        tmp_path / "copy",
        numbers=len(NUMBERS),
        signature_bytes=SIGNATURE_BYTES,
        descriptor_bytes=DESCRIPTOR_BYTES,
    )
    told = [(row["item_id"], row["descriptor"].tobytes()) for row in rows]
    found = await runtime.features.paths([int(id_) for id_, _ in told])
    for id_, descriptor in told:
        with Image.open(folder / found[int(id_)][0]) as image:
            assert describe(squeeze(image)) == descriptor
    labels = Counter(rows["label"].tolist())
    assert labels.pop(0) == 3
    assert sorted(labels.values()) == [1, 3]


async def test_importing_the_same_folder_again_changes_nothing(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, sample_folder: Path
) -> None:
    first = await import_folder(runtime, user, dataset, sample_folder)
    second = await import_folder(runtime, user, dataset, sample_folder)

    reports = [await runtime.tasks.result(user, task.id) for task in (first, second)]

    assert reports[1]["unchanged"] == reports[0]["added"]
    assert (await runtime.datasets.find(user, dataset.id)).items == reports[0]["files"]


async def test_an_empty_dataset_has_an_empty_result(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset
) -> None:
    task = await analyse(runtime, user, dataset)

    result = ImageAnalysisResult.model_validate(await runtime.tasks.result(user, task.id))
    assert (task.status, result.items) == (Status.COMPLETED, 0)


async def test_two_analyses_that_start_together_share_the_work(
    runtime: Runtime, user: User, dataset: Dataset, worker: Runner, many: Path
) -> None:
    new = NewDataset("the same again", Kind.IMAGE, Visibility.PRIVATE)
    twin = await runtime.datasets.create(user, new)
    for each in (dataset, twin):
        await import_folder(runtime, user, each, many)
    before = worker.executor.counters.items

    both = await asyncio.gather(*(analyse(runtime, user, each) for each in (dataset, twin)))

    summaries = 2
    assert worker.executor.counters.items - before == MANY + summaries
    assert [task.status for task in both] == [Status.COMPLETED, Status.COMPLETED]
    results = [await runtime.tasks.result(user, task.id) for task in both]
    assert [result["analysed"] for result in results] == [MANY, MANY]


async def test_a_grown_dataset_costs_its_growth(
    runtime: Runtime, user: User, dataset: Dataset, worker: Runner, many: Path, tmp_path: Path
) -> None:
    await import_folder(runtime, user, dataset, many)
    await analyse(runtime, user, dataset)
    more = tmp_path / "more"
    more.mkdir()
    photograph(99, (64, 48)).save(more / "new.jpg")
    await import_folder(runtime, user, dataset, more)
    before = worker.executor.counters.items

    task = await analyse(runtime, user, dataset)

    image, summary = 1, 1
    assert worker.executor.counters.items - before == image + summary
    assert (await runtime.tasks.result(user, task.id))["analysed"] == MANY + 1


async def test_a_new_extractor_reads_what_it_has_not_read_and_leaves_the_old_features(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    new = NewDataset("partly the same", Kind.IMAGE, Visibility.PRIVATE)
    twin = await runtime.datasets.create(user, new)
    both = (
        pictures_below(tmp_path / "both", range(3)),
        pictures_below(tmp_path / "twin", range(2, 4)),
    )
    async with running_worker(runtime):
        for each, folder in zip((dataset, twin), both, strict=True):
            await import_folder(runtime, user, each, folder)
        old = await analyse(runtime, user, dataset)
        told = await runtime.tasks.result(user, old.id)
    # were they read again, the result would be another
    await runtime.database.pool.execute("UPDATE features SET numbers = array_fill(1.0, ARRAY[20])")

    newer = Catalogue((FOLDER_IMPORT, with_new_extractor(IMAGE_ANALYSIS)))
    async with (
        open_runtime(settings, connections=8, catalogue=newer) as later,
        running_worker(later) as worker,
    ):
        await analyse(later, user, twin)
        before = worker.executor.counters.items
        task = await analyse(later, user, dataset)
        read = worker.executor.counters.items - before

    summary = 1
    assert read == 2 + summary
    assert await runtime.tasks.result(user, task.id) == told
    kept = (
        "SELECT version, count(*), min(numbers[1]) = 1 AS old FROM features GROUP BY 1 ORDER BY 1"
    )
    version = IMAGE_EXTRACTOR.version
    rows = [tuple(row.values()) for row in await runtime.database.pool.fetch(kept)]
    assert rows == [(version, 3, True), (version + 1, 4, False)]


def with_new_extractor(entry: Entry) -> Entry:
    """The next version of an entry, as its author would write it."""
    extractor = replace(IMAGE_EXTRACTOR, version=IMAGE_EXTRACTOR.version + 1)
    stages = tuple(
        replace(stage, extractor=extractor) if stage.extractor else stage for stage in entry.stages
    )
    return replace(entry, version=entry.version + 1, stages=stages)


def pictures_below(folder: Path, seeds: Iterable[int]) -> Path:
    folder.mkdir()
    for seed in seeds:
        photograph(seed, (64, 48)).save(folder / f"{seed}.jpg")
    return folder
