"""Drift, from two folders to a verdict, with real servers, children and files."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance

from service.catalog.drift import DRIFT, DriftResult
from service.catalog.entry import Catalogue
from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.tasks import Status, Task
from service.domain.users import Role, User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from service.usecases.task_problems import InvalidTarget, TaskNotFound
from service.usecases.tasks import Submission
from tests.integration.conftest import ended, import_folder, running_worker
from tests.pictures import photograph
from worker.runner import Runner

Change = Callable[[Image.Image], Image.Image]
A_SIDE = 90
DRIFT_IN_SMALL_CHUNKS = replace(
    DRIFT,
    stages=tuple(replace(spec, chunk_size=3 if spec.over else 1) for spec in DRIFT.stages),
)


def darker(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(0.6)


def unchanged(picture: Image.Image) -> Image.Image:
    return picture


def write_side(folder: Path, first: int, change: Change = unchanged, count: int = A_SIDE) -> Path:
    """Photographs from a seed on, of two labels in turn."""
    for seed in range(first, first + count):
        path = folder / ("cats" if seed % 2 else "dogs") / f"{seed}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        change(photograph(seed)).save(path, quality=90)
    return folder


async def filled(runtime: Runtime, user: User, folder: Path) -> Dataset:
    new = NewDataset(folder.name, Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    await import_folder(runtime, user, dataset, folder)
    return dataset


async def compared(
    runtime: Runtime,
    user: User,
    dataset: Dataset,
    target: Dataset,
    params: Mapping[str, Any] | None = None,
    *,
    force: bool = False,
) -> tuple[Task, DriftResult]:
    asked = Submission("drift", dataset.id, target.id, params, force=force)
    task = await ended(runtime, user, (await runtime.tasks.submit(user, asked)).task.id)
    assert task.status is Status.COMPLETED, task.error
    return task, DriftResult.model_validate(await runtime.tasks.result(user, task.id))


@pytest.fixture
async def reference(runtime: Runtime, worker: Runner, user: User, tmp_path: Path) -> Dataset:
    return await filled(runtime, user, write_side(tmp_path / "reference", 1000))


async def test_darker_pictures_have_drifted(
    runtime: Runtime, user: User, reference: Dataset, tmp_path: Path
) -> None:
    target = await filled(runtime, user, write_side(tmp_path / "target", 2000, darker))

    task, result = await compared(runtime, user, reference, target)

    assert result.drifted is True
    drifted = {one.name for one in result.attributes if one.test.drifted}
    assert "brightness" in drifted
    assert not drifted & {"width", "height", "mode", "label"}
    assert result.looks is not None
    for side in ("reference", "current"):
        rows = await runtime.tasks.items(
            user, task.id, kind=f"typical_of_{side}", after=None, limit=500
        )
        shown = getattr(result.looks.typical, side)
        assert [one.path for one in shown] == [row["path"] for row in rows][:24]
        assert len(rows) == A_SIDE


async def test_other_pictures_of_the_same_kind_have_not(
    runtime: Runtime, user: User, reference: Dataset, tmp_path: Path
) -> None:
    target = await filled(runtime, user, write_side(tmp_path / "target", 3000))

    _, result = await compared(runtime, user, reference, target)

    assert (result.drifted, result.code) == (False, "no_drift")
    assert result.correction.tests == len(result.attributes) + 2
    assert {one.name for one in result.labels} == {"cats", "dogs"}


async def test_a_copy_leaves_nothing_to_compare(
    runtime: Runtime, user: User, reference: Dataset, tmp_path: Path
) -> None:
    target = await filled(runtime, user, write_side(tmp_path / "copy", 1000))

    _, result = await compared(runtime, user, reference, target)

    assert (result.drifted, result.code) == (None, "same_images")
    assert (result.shared, result.reference.compared) == (A_SIDE, 0)


async def test_what_was_added_is_compared_with_what_was_there(
    runtime: Runtime, user: User, reference: Dataset, tmp_path: Path
) -> None:
    grown = write_side(tmp_path / "grown", 1000)
    target = await filled(runtime, user, write_side(grown, 4000, darker))

    _, result = await compared(runtime, user, reference, target)

    assert (result.shared, result.shared_counted_for) == (A_SIDE, "reference")
    assert (result.reference.compared, result.current.compared) == (A_SIDE, A_SIDE)
    assert result.drifted is True


async def test_two_splits_of_one_dataset_are_compared(
    runtime: Runtime, worker: Runner, user: User, tmp_path: Path
) -> None:
    write_side(tmp_path / "both" / "train", 1000)
    write_side(tmp_path / "both" / "test", 2000, darker, count=40)
    dataset = await filled(runtime, user, tmp_path / "both")
    params = {"reference": {"split": "train"}, "current": {"split": "test"}}

    _, result = await compared(runtime, user, dataset, dataset, params)

    assert (result.reference.items, result.current.items) == (A_SIDE, 40)
    assert result.drifted is True


async def test_a_dataset_is_not_compared_with_itself(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    with pytest.raises(InvalidTarget, match="two splits"):
        await runtime.tasks.submit(user, Submission("drift", dataset.id, dataset.id))


async def test_drift_needs_a_target_and_an_analysis_takes_none(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    with pytest.raises(InvalidTarget, match="needs a target"):
        await runtime.tasks.submit(user, Submission("drift", dataset.id))
    with pytest.raises(InvalidTarget, match="takes no target"):
        await runtime.tasks.submit(user, Submission("image_analysis", dataset.id, dataset.id))


async def test_a_side_without_pictures_is_named(
    runtime: Runtime, user: User, reference: Dataset, dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "texts").mkdir()
    for n in range(30):
        (tmp_path / "texts" / f"{n}.jpg").write_text(f"no picture {n}")
    texts = await filled(runtime, user, tmp_path / "texts")
    one = await filled(runtime, user, write_side(tmp_path / "one", 5000, count=1))

    results = [
        (await compared(runtime, user, reference, target))[1] for target in (dataset, texts, one)
    ]

    assert [one.drifted for one in results] == [None, None, None]
    assert [one.code for one in results] == ["empty", "unreadable", "too_few"]
    assert [one.sentence for one in results] == [
        "nothing to compare: the current side has no images",
        "nothing to compare: the current side has no readable image",
        "too few images to tell: 90 and 1 different ones are left to compare,"
        " and at least 20 on each side are needed",
    ]
    assert results[1].current.unreadable == 30


async def test_a_result_answers_until_either_side_changes(
    runtime: Runtime, user: User, reference: Dataset, tmp_path: Path
) -> None:
    target = await filled(runtime, user, write_side(tmp_path / "target", 2000, count=30))
    first, _ = await compared(runtime, user, reference, target)
    asked = Submission("drift", reference.id, target.id)

    again = await runtime.tasks.submit(user, asked)
    await import_folder(runtime, user, target, write_side(tmp_path / "more", 6000, count=2))
    changed = await runtime.tasks.submit(user, asked)

    assert (again.outcome, again.task.id) == ("cached", first.id)
    assert changed.outcome == "created"
    task = await ended(runtime, user, changed.task.id)
    assert [stage.total for stage in task.stages] == [0, 2, 1000]


async def test_the_result_is_the_same_to_the_byte_whatever_the_chunks_and_workers(
    settings: Settings, runtime: Runtime, user: User, tmp_path: Path
) -> None:
    folders = [
        write_side(tmp_path / "a", 1000, count=40),
        write_side(tmp_path / "b", 2000, darker, count=40),
    ]
    async with running_worker(runtime):
        reference, target = [await filled(runtime, user, folder) for folder in folders]
        first, _ = await compared(runtime, user, reference, target)
    await runtime.database.pool.execute("DELETE FROM features")

    smaller = Catalogue((DRIFT_IN_SMALL_CHUNKS,))
    async with (
        open_runtime(settings, connections=8, catalogue=smaller) as one,
        open_runtime(settings, connections=8, catalogue=smaller) as other,
        running_worker(one),
        running_worker(other),
    ):
        second, _ = await compared(one, user, reference, target, force=True)

    told = await runtime.database.pool.fetch(
        "SELECT result::text, (SELECT count(*) FROM chunks WHERE task_id = t.id) AS chunks"
        " FROM tasks t WHERE id = ANY($1::uuid[]) ORDER BY created_at",
        [first.id, second.id],
    )
    assert told[0]["chunks"] < told[1]["chunks"]
    assert told[0]["result"] == told[1]["result"]


async def test_who_does_not_see_the_target_does_not_see_the_task(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    stranger = await runtime.access.ensure("stranger", Role.MEMBER)
    shown = await runtime.datasets.create(
        user, NewDataset("shown", Kind.IMAGE, Visibility.EVERYONE)
    )
    hidden = await runtime.tasks.submit(user, Submission("drift", shown.id, dataset.id))

    with pytest.raises(TaskNotFound):
        await runtime.tasks.find(stranger, hidden.task.id)
