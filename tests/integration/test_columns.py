"""Columns of a dataset over HTTP: one file, as the documentation reads it."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import numpy as np
import pytest

from service.domain.datasets import Dataset
from service.domain.item_columns import ITEM_COLUMNS
from service.domain.users import User
from service.runtime import Runtime
from tests.integration.bringing import finished, items, jpeg, sent
from tests.integration.conftest import analyse, import_folder
from tests.integration.test_api import API
from worker.runner import Runner

DOCS = Path(__file__).parents[2] / "docs" / "columns.md"
PATHS = ("train/cats/1.jpg", "train/dogs/2.jpg", "test/cats/3.jpg", "4.jpg")
BROKEN = "broken.jpg"


@pytest.fixture
def read(client: httpx2.Client, dataset_id: str, tmp_path: Path, monkeypatch: Any) -> Any:
    """What the documentation's program makes of an answer: columns, and the names of codes."""
    monkeypatch.chdir(tmp_path)
    program = re.search(r"```python\n(import json\n.*?)```", DOCS.read_text(), re.DOTALL)
    assert program is not None

    def reading(*names: str) -> tuple[dict[str, np.ndarray], dict[str, list[str | None]]]:
        answer = asked(client, dataset_id, *names)
        assert answer.status_code == 200, answer.text
        (tmp_path / "columns.safetensors").write_bytes(answer.content)
        told: dict[str, Any] = {}
        exec(program[1], told)
        return told["columns"], told["names"]

    return reading


@pytest.fixture
def pictures(client: httpx2.Client, dataset_id: str) -> dict[str, int]:
    """Four pictures that nobody has read, and what is none; ids by path."""
    first = uuid4().int % 2**31
    for seed, path in enumerate(PATHS, first):
        put(client, dataset_id, path, jpeg(seed))
    put(client, dataset_id, BROKEN, b"\xff\xd8\xff nothing")
    return {item["path"]: item["id"] for item in items(client, dataset_id)}


def put(client: httpx2.Client, dataset_id: str, path: str, data: bytes) -> None:
    client.put(f"{API}/datasets/{dataset_id}/files/{path}", content=data).raise_for_status()


def asked(client: httpx2.Client, dataset_id: str, *names: str, known: str = "") -> httpx2.Response:
    return client.get(
        f"{API}/datasets/{dataset_id}/columns",
        params={"names": ",".join(names)},
        headers={"If-None-Match": known},
    )


def analysed(client: httpx2.Client, dataset_id: str) -> dict[str, Any]:
    body = {"type": "image_analysis", "dataset_id": dataset_id}
    return finished(client, client.post(f"{API}/tasks", json=body).json())


def test_each_item_has_a_row_with_what_the_export_says_of_it(
    client: httpx2.Client, dataset_id: str, pictures: dict[str, int], read: Any
) -> None:
    task = analysed(client, dataset_id)
    rows = client.get(f"{API}/tasks/{task['id']}/export?format=json").json()

    columns, names = read("width", "brightness_mean", "sharpness", "label", "split", "format")

    assert columns["item_id"].tolist() == sorted(pictures.values())
    for name in ("width", "brightness_mean", "sharpness"):
        expected = [np.nan if row[name] is None else row[name] for row in rows]
        np.testing.assert_array_equal(columns[name], np.array(expected, np.float32))
    for name in ("label", "split"):
        assert [names[name][code] for code in columns[name]] == [row[name] for row in rows]
    formats = [names["format"][code] for code in columns["format"]]
    assert formats == [None if row["path"] == BROKEN else "JPEG" for row in rows]


def test_what_nobody_has_read_has_labels_and_nothing_else(
    pictures: dict[str, int], read: Any
) -> None:
    columns, names = read("width", "mode", "label")

    assert np.isnan(columns["width"]).all()
    assert not columns["mode"].any()
    assert names["label"] == [None, "cats", "dogs"]
    assert sorted(columns["label"]) == [0, 0, 1, 1, 2]


def test_every_column_that_there_is_can_be_asked_for_at_once(
    client: httpx2.Client, dataset_id: str, pictures: dict[str, int], read: Any
) -> None:
    analysed(client, dataset_id)

    columns, _ = read(*ITEM_COLUMNS)

    assert list(columns) == ["item_id", *ITEM_COLUMNS]
    assert {len(values) for values in columns.values()} == {len(pictures)}


def test_an_answer_that_is_known_is_not_sent_until_something_is_new(
    client: httpx2.Client, dataset_id: str, pictures: dict[str, int]
) -> None:
    def changed(*names: str, known: str) -> tuple[bool, str]:
        answer = asked(client, dataset_id, *names, known=known)
        return answer.status_code == 200, answer.headers["ETag"]

    _, first = changed("width", known="")
    same, _ = changed("width", known=first)
    analysed(client, dataset_id)
    after_reading, second = changed("width", known=first)
    sent(client, dataset_id, "labels", b"path,label\n4.jpg,birds\n")
    after_labelling, third = changed("width", known=second)
    client.delete(f"{API}/datasets/{dataset_id}/files/{BROKEN}").raise_for_status()
    after_removing, fourth = changed("width", known=third)

    assert (same, after_reading, after_labelling, after_removing) == (False, True, True, True)
    assert changed("width", known=fourth)[0] is False


def test_an_empty_dataset_has_columns_of_no_rows(dataset_id: str, read: Any) -> None:
    columns, _ = read("width", "label")

    assert [len(values) for values in columns.values()] == [0, 0, 0]


@pytest.mark.parametrize("names", ["width,beauty", "", "format_code"])
def test_a_column_that_there_is_not_is_told_with_those_that_there_are(
    client: httpx2.Client, dataset_id: str, names: str
) -> None:
    answer = asked(client, dataset_id, names)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_column")
    assert "brightness_mean" in answer.json()["detail"]


def test_nobody_else_sees_them(client: httpx2.Client) -> None:
    answer = asked(client, "5f0c9c1e-6f0a-4a53-9d0b-2f6f3c1b7a10", "width")

    assert (answer.status_code, answer.json()["code"]) == (404, "dataset_not_found")


async def test_however_few_rows_and_columns_are_read_at_once_the_bytes_are_the_same(
    runtime: Runtime,
    worker: Runner,
    user: User,
    dataset: Dataset,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    await analyse(runtime, user, dataset)
    whole = await packed(runtime, user, dataset)

    monkeypatch.setattr("service.db.item_columns.PAGE_ROWS", 7)
    monkeypatch.setattr("service.usecases.columns.HELD_BYTES", 0)
    in_pieces = await packed(runtime, user, dataset)

    assert in_pieces == whole


async def test_rarer_labels_share_the_code_beyond_the_names(
    runtime: Runtime,
    worker: Runner,
    user: User,
    dataset: Dataset,
    sample_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await import_folder(runtime, user, dataset, sample_folder)
    counted = (await runtime.datasets.labels(user, dataset.id)).labels
    most = max(counted.values())

    monkeypatch.setattr("service.db.item_columns.MOST_NAMES", 1)
    found = await runtime.columns.find(user, dataset.id, ["label"])
    names = await runtime.columns.names(found)
    data = b"".join([part async for part in runtime.columns.bytes_of(found, names)])

    codes = np.frombuffer(data[8 * found.rows :], "<u4")
    assert counted[str(names["label"][1])] == most
    assert (codes == 1).sum() == most
    assert (codes == 2).sum() == sum(counted.values()) - most
    assert codes.max() == 2


async def packed(runtime: Runtime, user: User, dataset: Dataset) -> bytes:
    """All columns of a dataset."""
    found = await runtime.columns.find(user, dataset.id, list(ITEM_COLUMNS))
    names = await runtime.columns.names(found)
    return b"".join([part async for part in runtime.columns.bytes_of(found, names)])
