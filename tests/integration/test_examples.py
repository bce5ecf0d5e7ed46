"""Every example of the OpenAPI document works when its ids and names are real."""

import io
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx2
import numpy as np
import pytest

from service.api.app import OPERATIONS
from service.api.examples import DATASET_ID, ITEM_ID, ITEM_PATH, SHA256, TARGET_ID, TASK_ID
from service.api.openapi import openapi
from service.catalog.catalogue import CATALOGUE
from tests.conftest import Web, running
from tests.integration.test_api import API, events
from tests.integration.test_events import client_of, new_dataset
from tests.integration.test_stream_tickets import waiting_task

PATHS: dict[str, dict[str, Any]] = openapi(OPERATIONS, CATALOGUE, "1")["paths"]
OPERATION_IDS = {
    told["operationId"]: told for methods in PATHS.values() for told in methods.values()
}
TOKEN = OPERATION_IDS["sign_in"]["requestBody"]["content"]["application/json"]["example"]["token"]
ENDLESS = "stream_active"
ON_A_CANCELLED_TASK = "retry_task"
ON_A_MAP = "read_map"
ON_A_DRIFT = "read_drift"
ON_EMBEDDINGS = "delete_embeddings"
ON_ITS_OWN_TASK = ("cancel_task", "change_task", ON_A_CANCELLED_TASK)


@dataclass(frozen=True)
class Analysed:
    """Tasks that have completed on a dataset, and the bytes that they looked at."""

    dataset_id: str
    task_id: str
    clustering_id: str
    sha256: str


@pytest.fixture(scope="module")
def client(quiet_site: Web) -> Iterator[httpx2.Client]:
    with client_of(quiet_site, quiet_site.api_key) as opened:
        yield opened


def analysed_by(web: Web, client: httpx2.Client, sample_folder: Path) -> Analysed:
    """Made by a worker that has gone when the examples run."""
    dataset = new_dataset(client)
    picture = next((sample_folder / "dogs").iterdir()).read_bytes()
    added = client.put(f"{API}/datasets/{dataset}/files/{ITEM_PATH}", content=picture).json()
    with running(web.environment, "-m", "worker"):
        analysis = completed(client, "image_analysis", dataset)
        clustering = completed(client, "clustering", dataset)
        task = client.put(f"{API}/datasets/{dataset}/embeddings/clip", content=embeddings()).json()
        assert events(client, task["links"]["events"])[-1][1]["status"] == "completed"
    return Analysed(dataset, analysis, clustering, added["sha256"])


def embeddings() -> bytes:
    np.savez(stream := io.BytesIO(), ids=np.array([ITEM_PATH]), vectors=np.ones((1, 8)))
    return stream.getvalue()


def completed(client: httpx2.Client, type_: str, dataset: str) -> str:
    task = client.post(f"{API}/tasks", json={"type": type_, "dataset_id": dataset}).json()
    assert events(client, task["links"]["events"])[-1][1]["status"] == "completed"
    return task["id"]


@pytest.fixture(scope="module")
def analysed(quiet_site: Web, client: httpx2.Client, sample_folder: Path) -> Analysed:
    return analysed_by(quiet_site, client, sample_folder)


@pytest.fixture
def folder(tmp_path: Path, sample_folder: Path, name: str) -> Path:
    """Where the files lie that examples name; curl is told to say nothing but the status."""
    picture = next((sample_folder / "dogs").iterdir()).read_bytes()
    (tmp_path / "1.jpg").write_bytes(picture)
    with ZipFile(tmp_path / "pictures.zip", "w") as archive:
        archive.writestr(ITEM_PATH, picture)
    (tmp_path / "embeddings.npz").write_bytes(embeddings())
    (tmp_path / "labels.csv").write_text(f"path,label\n{ITEM_PATH},dog\n")
    seconds = 3 if name == ENDLESS else 30
    told = f'silent\nwrite-out = "\\n%{{http_code}}"\nmax-time = {seconds}\n'
    (tmp_path / ".curlrc").write_text(told)
    return tmp_path


@pytest.fixture
def real(
    quiet_site: Web,
    client: httpx2.Client,
    analysed: Analysed,
    sample_folder: Path,
    models: Path,
    name: str,
) -> dict[str, str]:
    """By what an example says, what is really there."""
    waiting = waiting_task(client)
    here = f"{API}/datasets/{waiting['dataset_id']}/files/{ITEM_PATH}"
    added = client.put(here, content=b"something").json()
    if name == ON_A_CANCELLED_TASK:
        client.post(waiting["links"]["cancel"]).raise_for_status()
    target = new_dataset(client)
    if name == ON_A_DRIFT:
        asked = {"dataset_id": waiting["dataset_id"], "target_id": target}
        waiting = client.post("/drift/async", json=asked).json()
    return {
        DATASET_ID: analysed.dataset_id if name == ON_EMBEDDINGS else waiting["dataset_id"],
        TARGET_ID: target,
        TASK_ID: _task_for(name, waiting["id"], analysed),
        SHA256: analysed.sha256,
        str(ITEM_ID): str(added["item_id"]),
        "/data/pictures": str(sample_folder),
        "/data/models/clip.onnx": str(models / "means.onnx"),
    } | ({TOKEN: quiet_site.sign_in_path().partition("#")[2]} if name == "sign_in" else {})


def _task_for(name: str, waiting_id: str, analysed: Analysed) -> str:
    if name == ON_A_MAP:
        return analysed.clustering_id
    return waiting_id if name in (*ON_ITS_OWN_TASK, ON_A_DRIFT) else analysed.task_id


@pytest.mark.parametrize("name", OPERATION_IDS)
def test_the_curl_line_of_an_operation_gets_the_first_answer_that_is_documented(
    quiet_site: Web, folder: Path, real: dict[str, str], name: str
) -> None:
    line: str = OPERATION_IDS[name]["description"].strip("`").removeprefix("sh")
    for stands_for, there in real.items():
        line = line.replace(stands_for, there)
    if name == ENDLESS:
        line += " -m 2"
    auth = f"Authorization: Bearer {quiet_site.api_key}"

    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "URL": quiet_site.url, "AUTH": auth},
        capture_output=True,
        check=False,
    )

    told, _, status = done.stdout.decode(errors="replace").rpartition("\n")
    assert status == next(iter(OPERATION_IDS[name]["responses"])), told


def test_every_operation_has_a_name_of_its_own() -> None:
    assert len(OPERATION_IDS) == len(OPERATIONS)


def test_every_body_and_every_parameter_that_must_be_there_has_an_example() -> None:
    without = [
        (name, what["name"])
        for name, told in OPERATION_IDS.items()
        for what in told["parameters"]
        if what["required"] and "example" not in what
    ] + [
        (name, media_type)
        for name, told in OPERATION_IDS.items()
        for media_type, content in told.get("requestBody", {"content": {}})["content"].items()
        if media_type == "application/json" and "example" not in content
    ]

    assert without == []
