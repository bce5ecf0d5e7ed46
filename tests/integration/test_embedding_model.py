"""Embeddings that an ONNX model makes: by path into a clustering, and what is refused."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import numpy as np
import pytest
from onnx import TensorProto
from PIL import Image, ImageOps

from service.compute.model_vectors import IMAGENET_MEAN, IMAGENET_STD
from service.domain.datasets import Dataset
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime
from tests.conftest import Site
from tests.eventually import eventually
from tests.integration.bringing import finished, sent, zip_of
from tests.integration.conftest import ended, has_log_line, import_folder, running_worker
from tests.integration.modelling import modelled
from tests.integration.solo import Holding
from tests.integration.test_api import API
from tests.integration.test_events import somebody
from tests.onnx_files import node, write, write_means
from worker.analyses import ANALYSES
from worker.analyses.embedding_model import EMBEDDING_MODEL_WORK
from worker.runner import Runner
from worker.work import Analyses, Batch, MapWork, Run, SoloWork, StageWork

EACH = 12
CODES = {
    "garbage": "model_damaged",
    "two inputs": "model_input",
    "rank 2": "model_input",
    "integers": "model_output",
    "too long": "model_output",
}


def coloured(n: int, hue: tuple[int, int, int]) -> bytes:
    """A picture of one colour, and a speck that makes it differ from the others."""
    image = Image.new("RGB", (40, 40), hue)
    image.putpixel((n, n), (255, 255, 255))
    image.save(stream := io.BytesIO(), "PNG")
    return stream.getvalue()


def write_folder(folder: Path) -> Path:
    folder.mkdir()
    for n in range(EACH):
        (folder / f"red{n}.png").write_bytes(coloured(n, (200, 20, 20)))
    return folder


def asked(client: httpx2.Client, dataset_id: str, model: object, **more: Any) -> httpx2.Response:
    body = {"model": str(model), **more}
    return client.post(f"{API}/datasets/{dataset_id}/embeddings/means", json=body)


def listed(client: httpx2.Client, dataset_id: str) -> list[dict[str, Any]]:
    return client.get(f"{API}/datasets/{dataset_id}/embeddings").json()["items"]


async def vectors_of(runtime: Runtime, task_id: UUID) -> dict[str, np.ndarray]:
    rows = await runtime.database.pool.fetch(
        """SELECT i.path, v.vector FROM embedding_vectors v JOIN items i USING (blob_id)
        WHERE v.embedding_id = $1""",
        task_id,
    )
    return {row["path"]: np.frombuffer(row["vector"], "<f2") for row in rows}


@pytest.fixture
async def filled(
    runtime: Runtime, worker: Runner, user: User, dataset: Dataset, tmp_path: Path
) -> Dataset:
    """A dataset of pictures; its worker goes on."""
    await import_folder(runtime, user, dataset, write_folder(tmp_path / "reds"))
    return dataset


def test_images_are_grouped_by_what_a_model_of_the_server_makes_of_them(
    client: httpx2.Client, dataset_id: str, models: Path
) -> None:
    hues = {"red": (200, 20, 20), "green": (20, 200, 20)}
    files = {f"{name}/{n}.png": coloured(n, hue) for name, hue in hues.items() for n in range(EACH)}
    sent(client, dataset_id, "archive", zip_of(files))

    task = finished(client, asked(client, dataset_id, models / "means.onnx").json())

    assert task["status"] == "completed", task["error"]
    result = client.get(task["links"]["result"]).json()
    assert (result["kept"], result["dimensions"], result["set_aside"]) == (2 * EACH, 3, 0)
    (there,) = listed(client, dataset_id)
    assert (there["id"], there["name"], there["vectors"]) == (task["id"], "means", 2 * EACH)
    params = {"method": "kmeans", "clusters": 2, "embeddings": "means"}
    body = {"type": "clustering", "dataset_id": dataset_id, "params": params}
    clustering = finished(client, client.post(f"{API}/tasks", json=body).json())
    cards = client.get(clustering["links"]["result"]).json()["cards"]
    groups = [{item["path"].partition("/")[0] for item in card["examples"]} for card in cards]
    assert groups in ([{"red"}, {"green"}], [{"green"}, {"red"}])


async def test_every_vector_is_what_numpy_makes_of_the_same_pixels(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path
) -> None:
    task = await modelled(runtime, user, filled, write_means(tmp_path / "means.onnx"))
    await ended(runtime, user, task.id)

    made = await vectors_of(runtime, task.id)

    assert len(made) == EACH
    for path, vector in made.items():
        with Image.open(tmp_path / "reds" / path) as image:
            seen = np.asarray(ImageOps.fit(image, (6, 4), Image.Resampling.BILINEAR)) / 255
        means = ((seen - IMAGENET_MEAN) / IMAGENET_STD).mean(axis=(0, 1))
        assert vector == pytest.approx(means / np.linalg.norm(means), abs=1e-3)


async def test_images_that_come_later_have_no_vector_and_the_next_run_makes_it(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path
) -> None:
    model = write_means(tmp_path / "means.onnx")
    first = await modelled(runtime, user, filled, model)
    await ended(runtime, user, first.id)
    (more := tmp_path / "more").mkdir()
    (more / "blue.png").write_bytes(coloured(1, (20, 20, 200)))
    await import_folder(runtime, user, filled, more)

    second = await modelled(runtime, user, filled, model)
    await ended(runtime, user, second.id)

    assert len(await vectors_of(runtime, second.id)) == EACH + 1
    assert [each.id for each in await runtime.embeddings.of(filled.id)] == [second.id]
    assert await vectors_of(runtime, first.id) == {}


def instead(stage: str, work: StageWork) -> Analyses:
    """The analyses, of which one stage of a model's does this."""
    return {**ANALYSES, "embedding_model": {**EMBEDDING_MODEL_WORK, stage: work}}


async def rows_of(runtime: Runtime, task_id: UUID) -> dict[int, str]:
    """By blob, the transaction that wrote its vector."""
    rows = await runtime.database.pool.fetch(
        "SELECT blob_id, xmin::text FROM embedding_vectors WHERE embedding_id = $1", task_id
    )
    return {row["blob_id"]: row["xmin"] for row in rows}


async def test_a_cancelled_task_shows_nothing_and_a_retry_makes_no_vector_again(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    holding = Holding()
    async with running_worker(runtime, analyses=instead("publish", SoloWork(holding.work))):
        await import_folder(runtime, user, dataset, write_folder(tmp_path / "reds"))
        task = await modelled(runtime, user, dataset, write_means(tmp_path / "means.onnx"))
        await asyncio.wait_for(holding.begun.wait(), 60)
        await runtime.tasks.cancel(user, task.id)
        assert (await ended(runtime, user, task.id)).status is Status.CANCELLED
    before = await rows_of(runtime, task.id)
    await runtime.removal.sweep()
    assert list(await runtime.embeddings.of(dataset.id)) == []

    await runtime.tasks.retry(user, task.id)

    async with running_worker(runtime):
        assert (await ended(runtime, user, task.id)).status is Status.COMPLETED
    assert await rows_of(runtime, task.id) == before
    assert [each.vectors for each in await runtime.embeddings.of(dataset.id)] == [EACH]


async def test_a_run_goes_on_with_what_another_has_left(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    work = EMBEDDING_MODEL_WORK["vectors"]
    assert isinstance(work, MapWork)

    async def read_some(run: Run) -> Batch:
        return Batch((await work.read(run)).units[:1])

    async with running_worker(runtime, analyses=instead("vectors", replace(work, read=read_some))):
        await import_folder(runtime, user, dataset, write_folder(tmp_path / "reds"))
        task = await modelled(runtime, user, dataset, write_means(tmp_path / "means.onnx"))
        await eventually(lambda: has_log_line(runtime, user, task.id, "will be tried again"))
    before = await rows_of(runtime, task.id)

    async with running_worker(runtime):
        done = await ended(runtime, user, task.id)

    assert done.status is Status.COMPLETED
    assert 0 < len(before) < EACH
    after = await rows_of(runtime, task.id)
    assert len(after) == EACH
    assert before.items() < after.items()


async def test_what_a_model_made_goes_when_its_task_can_be_retried_no_more(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path
) -> None:
    flat = [node("Flatten", "image")]
    task = await modelled(
        runtime, user, filled, write(tmp_path / "long.onnx", flat, ("n", 3, 40, 40), ("n", 4800))
    )
    await ended(runtime, user, task.id)
    await runtime.embeddings.begin(task.id, filled.id, "means")

    async def begun(days: float) -> int:
        await runtime.database.pool.execute(
            "UPDATE tasks SET completed_at = now() - make_interval(secs => $2) WHERE id = $1",
            task.id,
            timedelta(days=days).total_seconds(),
        )
        await runtime.removal.sweep()
        return await runtime.database.pool.fetchval("SELECT count(*) FROM embeddings")

    assert [await begun(6.9), await begun(7.1)] == [1, 0]


async def test_embeddings_that_were_replaced_are_not_replaced_by_what_was_left_of_others(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    holding = Holding()
    async with running_worker(runtime, analyses=instead("publish", SoloWork(holding.work))):
        await import_folder(runtime, user, dataset, write_folder(tmp_path / "reds"))
        task = await modelled(runtime, user, dataset, write_means(tmp_path / "means.onnx"))
        await asyncio.wait_for(holding.begun.wait(), 60)
        await runtime.tasks.cancel(user, task.id)
        await ended(runtime, user, task.id)
    await runtime.database.pool.execute("DELETE FROM embeddings WHERE id = $1", task.id)
    await runtime.tasks.retry(user, task.id)

    async with running_worker(runtime):
        done = await ended(runtime, user, task.id)

    assert done.error is not None
    assert (done.status, done.error.code) == (Status.FAILED, "vectors_gone")
    assert list(await runtime.embeddings.of(dataset.id)) == []


def bad_model(folder: Path, wrong: str) -> Path:
    path = folder / "bad.onnx"
    flat = [node("Flatten", "image")]
    match wrong:
        case "two inputs":
            summed = [node("Add", "image", "other", to="sum"), node("Flatten", "sum")]
            return write(path, summed, made=("n", 72), inputs=("image", "other"))
        case "rank 2":
            return write(path, [node("Identity", "image")], ("n", 3), ("n", 3))
        case "integers":
            best = [node("Flatten", "image", to="flat"), node("ArgMax", "flat", axis=1)]
            return write(path, best, made=("n", 1), makes=TensorProto.INT64)
        case "too long":
            return write(path, flat, ("n", 3, 40, 40), ("n", 4800))
        case _:
            path.write_bytes(b"this is no model")
            return path


@pytest.mark.parametrize(("wrong", "code"), CODES.items(), ids=CODES)
async def test_a_bad_model_fails_its_task_before_an_image_is_read_and_leaves_what_was_there(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path, wrong: str, code: str
) -> None:
    good = await modelled(runtime, user, filled, write_means(tmp_path / "means.onnx"))
    await ended(runtime, user, good.id)

    task = await modelled(runtime, user, filled, bad_model(tmp_path, wrong))
    done = await ended(runtime, user, task.id)

    assert done.error is not None
    assert (done.status, done.error.code) == (Status.FAILED, code)
    assert [stage.started_at is not None for stage in done.stages] == [True, False, False, False]
    assert [each.id for each in await runtime.embeddings.of(filled.id)] == [good.id]


async def test_a_model_that_is_replaced_or_gone_before_its_turn_fails_its_task(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    replaced = write_means(tmp_path / "replaced.onnx")
    gone = write_means(tmp_path / "gone.onnx", ("n", 3, 5, 5))
    tasks = [await modelled(runtime, user, dataset, model) for model in (replaced, gone)]
    write_means(replaced, ("n", 3, 8, 8))
    gone.unlink()

    async with running_worker(runtime):
        done = [await ended(runtime, user, task.id) for task in tasks]

    codes = [task.error and task.error.code for task in done]
    assert codes == ["model_changed", "model_not_allowed"]


async def test_a_model_that_is_gone_in_the_middle_shows_nothing_and_a_retry_goes_on(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    model = write_means(tmp_path / "means.onnx")
    work = EMBEDDING_MODEL_WORK["vectors"]
    assert isinstance(work, MapWork)

    async def read_and_remove(run: Run) -> Batch:
        batch = await work.read(run)
        model.unlink(missing_ok=True)
        return batch

    async with running_worker(
        runtime, analyses=instead("vectors", replace(work, read=read_and_remove))
    ):
        await import_folder(runtime, user, dataset, write_folder(tmp_path / "reds"))
        task = await modelled(runtime, user, dataset, model)
        failed = await ended(runtime, user, task.id)
    write_means(model)
    await runtime.tasks.retry(user, task.id)

    async with running_worker(runtime):
        done = await ended(runtime, user, task.id)

    assert failed.error is not None
    assert (failed.status, failed.error.code) == (Status.FAILED, "model_gone")
    assert (done.status, done.partial) == (Status.COMPLETED, False)
    assert len(await rows_of(runtime, task.id)) == EACH


async def test_an_image_whose_vector_is_nan_is_set_aside(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path
) -> None:
    nodes = [node("ReduceMean", "image", to="means", axes=[2, 3], keepdims=0), node("Log", "means")]
    model = write(tmp_path / "log.onnx", nodes)
    (more := tmp_path / "more").mkdir()
    (more / "white.png").write_bytes(coloured(1, (255, 255, 255)))
    await import_folder(runtime, user, filled, more)

    task = await modelled(runtime, user, filled, model)
    done = await ended(runtime, user, task.id)

    assert (done.status, done.partial) == (Status.COMPLETED, True)
    result = await runtime.tasks.result(user, task.id)
    assert (result["kept"], result["set_aside"], result["items"]) == (1, EACH, EACH + 1)
    assert await has_log_line(runtime, user, task.id, "NaN or infinite")


async def test_a_model_that_makes_a_vector_of_no_image_fails_its_task(
    runtime: Runtime, filled: Dataset, user: User, tmp_path: Path
) -> None:
    zeros = [node("Sub", "image", "image", to="none"), node("GlobalAveragePool", "none")]

    model = write(tmp_path / "zeros.onnx", zeros, made=("n", 3, 1, 1))
    done = await ended(runtime, user, (await modelled(runtime, user, filled, model)).id)

    assert done.error is not None
    assert (done.status, done.error.code) == (Status.FAILED, "no_vectors")


@pytest.mark.parametrize("what", ["outside", "link", "folder", "nothing", "no name"])
def test_of_files_outside_the_model_roots_nothing_is_told(
    client: httpx2.Client, dataset_id: str, models: Path, tmp_path: Path, what: str
) -> None:
    outside = write_means(tmp_path / "outside.onnx")
    link = models / f"{tmp_path.name}.onnx"
    link.symlink_to(outside)
    path = {
        "outside": outside,
        "link": link,
        "folder": models,
        "nothing": tmp_path / "nothing.onnx",
        "no name": models / "..",
    }[what]

    answer = asked(client, dataset_id, path)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "model_not_allowed")
    assert problem["detail"].startswith(f"{str(path)!r} is not a file below a model root")


def test_only_who_may_import_into_a_dataset_may_run_a_model_on_it(
    site: Site, client: httpx2.Client, dataset_id: str, models: Path
) -> None:
    client.patch(f"{API}/datasets/{dataset_id}", json={"visibility": "everyone"}).raise_for_status()

    with somebody(site, "member") as other:
        answers = [
            asked(other, dataset_id, models / "means.onnx"),
            asked(other, dataset_id, "/nothing.onnx"),
        ]

    assert [(told.status_code, told.json()["code"]) for told in answers] == [(403, "forbidden")] * 2


@pytest.mark.parametrize(
    "wrong",
    [{"std": [0]}, {"mean": []}, {"mean": [0, 0]}, {"resize": "fold"}, {"model": ""}, {"size": 3}],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_by_its_field(
    client: httpx2.Client, dataset_id: str, models: Path, wrong: dict[str, Any]
) -> None:
    answer = asked(client, dataset_id, **{"model": models / "means.onnx", **wrong})

    (field,) = wrong
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    (told,) = answer.json()["errors"]
    assert told["field"].partition(".")[0] == field
