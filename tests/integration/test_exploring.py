"""Exploring a dataset, with real servers, children and files."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from service.catalog.eda import EdaResult
from service.domain.datasets import Dataset
from service.domain.tasks import Status, Task
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.integration.conftest import ended, import_folder
from tests.pictures import MANY, photograph
from worker.runner import Runner

MAKE, MODEL, DETAILS, POSITION, TAKEN = 0x010F, 0x0110, 0x8769, 0x8825, 0x9003


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Cats and dogs in three splits; a cat is a dog too, and some of train is in test."""
    folder = tmp_path / "labelled"
    for n in range(12):
        label = "cats" if n % 3 else "dogs"
        save(photograph(n), folder / f"train/{label}/{n}.jpg")
    for n in range(20, 24):
        save(photograph(n), folder / f"test/cats/{n}.jpg")
    save(photograph(30), folder / "dev/dogs/30.jpg")
    save(photograph(1), folder / "test/cats/leaked.jpg")
    save(photograph(40), folder / "train/cats/both.png")
    save(photograph(40), folder / "train/dogs/both.png")
    save(photograph(50), folder / "train/dogs/camera.jpg", exif=camera())
    (folder / "train/cats/broken.jpg").write_bytes(b"no picture")
    return folder


def camera() -> Image.Exif:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "NIKON CORPORATION", "NIKON D70\0\0"
    exif.get_ifd(DETAILS)[TAKEN] = "2019:07:01 12:30:59"
    exif.get_ifd(POSITION).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    return exif


def save(image: Image.Image, path: Path, **options: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


async def explore(runtime: Runtime, user: User, dataset: Dataset) -> tuple[Task, EdaResult]:
    submitted = await runtime.tasks.submit(user, Submission("eda", dataset.id))
    task = await ended(runtime, user, submitted.task.id)
    return task, EdaResult.model_validate(await runtime.tasks.result(user, task.id))


async def test_a_dataset_of_splits_and_labels_is_told_whole(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, labelled: Path
) -> None:
    await import_folder(runtime, user, dataset, labelled)

    task, result = await explore(runtime, user, dataset)

    assert (task.status, task.partial) == (Status.COMPLETED, False)
    assert (result.items, result.analysed, result.unreadable) == (22, 21, 1)
    assert {told.name: told.items for told in result.labels.shown} == {"cats": 15, "dogs": 7}
    splits = {told.name: told.items for told in result.splits.shown}
    assert splits == {"train": 16, "test": 5, "dev": 1}
    assert [reason.code for reason in result.unreadable_reasons] == ["not_an_image"]
    assert result.untold == {}


async def test_copies_across_labels_and_splits_are_groups_with_their_places(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, labelled: Path
) -> None:
    await import_folder(runtime, user, dataset, labelled)

    task, result = await explore(runtime, user, dataset)

    assert result.label_conflicts is not None
    assert result.split_leaks is not None
    (conflict,), (leak,) = result.label_conflicts.shown, result.split_leaks.shown
    assert {(item.path, item.label) for item in conflict.shown} == {
        ("train/cats/both.png", "cats"),
        ("train/dogs/both.png", "dogs"),
    }
    assert {item.path: item.split for item in leak.shown} == {
        "test/cats/leaked.jpg": "test",
        "train/cats/1.jpg": "train",
    }
    assert conflict.exact
    rows = await runtime.tasks.items(user, task.id, kind="split_leak", after=None, limit=10)
    assert {(row["path"], row["data"]["split"]) for row in rows} == {
        (item.path, item.split) for item in leak.shown
    }
    unreadable = await runtime.tasks.items(user, task.id, kind="unreadable", after=None, limit=10)
    assert [row["path"] for row in unreadable] == ["train/cats/broken.jpg"]


async def test_cameras_and_times_are_told_and_positions_counted(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, labelled: Path
) -> None:
    await import_folder(runtime, user, dataset, labelled)

    _, result = await explore(runtime, user, dataset)

    origins = result.origins
    assert [(told.name, told.items) for told in origins.cameras.shown] == [("NIKON D70", 1)]
    assert (origins.taken.first, origins.taken.items) == ("2019-07-01T12:30:59", 1)
    assert [item.path for item in origins.located.shown] == ["train/dogs/camera.jpg"]
    kept = "SELECT string_agg(facts::text, '') FROM features"
    assert "52" not in await runtime.database.pool.fetchval(kept)


async def test_an_analysis_before_it_leaves_nothing_to_read(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, labelled: Path
) -> None:
    await import_folder(runtime, user, dataset, labelled)
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    await ended(runtime, user, submitted.task.id)

    task, result = await explore(runtime, user, dataset)

    assert task.stages[0].total == 0
    assert result.analysed == 21


async def test_an_empty_dataset_is_explored_too(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset
) -> None:
    task, result = await explore(runtime, user, dataset)

    assert task.status is Status.COMPLETED
    assert (result.items, result.health) == (0, None)
    assert set(result.untold.values()) == {"no_items"}


async def test_counts_are_shown_while_images_are_read(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, many: Path
) -> None:
    await import_folder(runtime, user, dataset, many)

    task, _ = await explore(runtime, user, dataset)

    counts = await runtime.tasks.preview(task.id)
    assert 0 < counts["analysed"] <= MANY
    assert counts["formats"] == {"JPEG": counts["analysed"]}
    assert counts["size_bytes"] > 0
