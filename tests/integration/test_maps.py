"""The map of a task over HTTP: one file of columns, as the documentation reads it."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import numpy as np
import orjson
import pytest

from service.api.schemas.tasks import TaskAnswer
from service.catalog.catalogue import CATALOGUE
from service.catalog.image_analysis import ISSUES
from tests.conftest import Site
from tests.integration.bringing import black, finished, jpeg
from tests.integration.test_api import API

DOCS = Path(__file__).parents[2] / "docs" / "clustering.md"
PICTURES = 6


@pytest.fixture
def task(client: httpx2.Client, dataset_id: str) -> dict[str, Any]:
    """A clustering of six pictures, which has completed."""
    for seed in range(PICTURES):
        path = f"{API}/datasets/{dataset_id}/files/{seed}.jpg"
        client.put(path, content=jpeg(seed)).raise_for_status()
    return submit(client, "clustering", dataset_id)


def submit(client: httpx2.Client, type_: str, dataset_id: str) -> dict[str, Any]:
    asked = {"type": type_, "dataset_id": dataset_id}
    return finished(client, client.post(f"{API}/tasks", json=asked).json())


def test_what_the_documentation_does_with_a_map_gives_its_columns(
    client: httpx2.Client,
    task: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = client.get(f"{API}/tasks/{task['id']}/map")
    (tmp_path / "map.safetensors").write_bytes(answer.content)
    monkeypatch.chdir(tmp_path)
    program = re.search(r"```python\n(import json\n.*?)```", DOCS.read_text(), re.DOTALL)
    assert program is not None
    told: dict[str, Any] = {}

    exec(program[1], told)

    columns: dict[str, np.ndarray] = told["columns"]
    assert list(columns) == ["item_id", "x", "y", "cluster", "distance"]
    assert {values.shape for values in columns.values()} == {(PICTURES,)}
    assert (np.diff(columns["item_id"]) > 0).all()
    assert np.abs(columns["x"]).max() <= 1
    assert len(answer.content) == told["start"] + 24 * PICTURES
    assert told["start"] % 8 == 0


def test_a_map_that_is_known_is_not_sent_again(client: httpx2.Client, task: dict[str, Any]) -> None:
    first = client.get(f"{API}/tasks/{task['id']}/map")

    again = client.get(first.url.path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("type_", [entry.name for entry in CATALOGUE if entry.submitted_directly])
def test_the_link_to_a_map_is_there_just_where_there_is_a_map(
    client: httpx2.Client, dataset_id: str, type_: str
) -> None:
    asked = {"type": type_, "dataset_id": dataset_id}
    if CATALOGUE.entry(type_).compares:
        asked["target_id"] = client.post(f"{API}/datasets", json={"name": f"{uuid4()}"}).json()[
            "id"
        ]
    first = client.post(f"{API}/tasks", json=asked).json()
    task = finished(client, first)

    answer = client.get(f"{API}/tasks/{task['id']}/map")

    assert first["links"] == task["links"]
    assert (task["links"].get("map") == answer.url.path) == (answer.status_code == 200)
    assert TaskAnswer.model_validate(task).links.map == task["links"].get("map")


def test_a_task_without_a_map_says_so(client: httpx2.Client, dataset_id: str) -> None:
    task = submit(client, "eda", dataset_id)

    answer = client.get(f"{API}/tasks/{task['id']}/map")

    assert (answer.status_code, answer.json()["code"]) == (404, "no_map")
    assert "'eda'" in answer.json()["detail"]


async def test_a_map_of_before_an_update_that_added_a_column_says_so(
    client: httpx2.Client, task: dict[str, Any], site: Site
) -> None:
    connection = await asyncpg.connect(site.settings.database_url, ssl=False)
    removed = "DELETE FROM task_columns WHERE task_id = $1 AND name = 'distance'"
    await connection.execute(removed, UUID(task["id"]))
    await connection.close()

    answer = client.get(f"{API}/tasks/{task['id']}/map")

    assert (answer.status_code, answer.json()["code"]) == (409, "result_outdated")


def test_an_export_tells_of_each_item_what_the_map_tells(
    client: httpx2.Client, task: dict[str, Any]
) -> None:
    data = client.get(f"{API}/tasks/{task['id']}/map").content
    header = int.from_bytes(data[:8], "little")
    told: dict[str, Any] = orjson.loads(data[8 : 8 + header])

    rows = client.get(f"{API}/tasks/{task['id']}/export?format=json").json()

    assert len(rows) == PICTURES
    for name, type_ in (("item_id", "<i8"), ("cluster", "<i4"), ("x", "<f4")):
        begin, end = (8 + header + offset for offset in told[name]["data_offsets"])
        assert [row[name] for row in rows] == np.frombuffer(data[begin:end], type_).tolist()


def test_the_map_of_an_analysis_has_every_score_of_every_item(
    client: httpx2.Client, dataset_id: str
) -> None:
    for path, data in (("1.jpg", jpeg(1)), ("2.jpg", b"\xff\xd8\xff torn"), ("3.png", black())):
        put = f"{API}/datasets/{dataset_id}/files/{path}"
        client.put(put, content=data).raise_for_status()
    task = submit(client, "image_analysis", dataset_id)
    dark = client.get(f"{task['links']['items']}?kind=dark").json()["items"]

    data = client.get(f"{API}/tasks/{task['id']}/map").content
    header = int.from_bytes(data[:8], "little")
    told: dict[str, Any] = orjson.loads(data[8 : 8 + header])

    assert list(told) == ["item_id", *(f"{issue}_score" for issue in ISSUES)]
    begin, end = (8 + header + offset for offset in told["dark_score"]["data_offsets"])
    good, torn, black_one = np.frombuffer(data[begin:end], "<f4").tolist()
    assert [one["path"] for one in dark] == ["3.png"]
    assert good > 0.32
    assert np.isnan(torn)
    assert black_one == 0
