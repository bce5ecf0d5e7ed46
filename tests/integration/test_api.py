"""The HTTP face, as its users meet it: a web process and a worker that really run."""

import base64
import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from openapi_spec_validator import validate
from PIL import Image

from service.api.schemas.common import Problem
from service.api.schemas.datasets import DatasetAnswer, DatasetDetails
from service.api.schemas.tasks import TaskAnswer
from tests.conftest import Site

API = "/api/v1"
NOBODY = "3f1c5f0e-6f0b-4d0e-9a44-1d5a2b6c7d80"
"""An id that nothing has."""


@pytest.fixture
def dataset(client: httpx2.Client) -> str:
    answer = client.post(f"{API}/datasets", json={"name": f"set {uuid4()}"})
    return DatasetAnswer.model_validate(answer.json()).id.hex


def events(client: httpx2.Client, path: str, **headers: str) -> list[tuple[str, Any]]:
    """The whole stream, to its end."""
    told: list[tuple[str, Any]] = []
    with client.stream("GET", path, headers=headers) as answer:
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                told.append((name, json.loads(line.removeprefix("data: "))))
    return told


def imported(client: httpx2.Client, dataset: str, folder: Path) -> dict[str, Any]:
    answer = client.post(f"{API}/datasets/{dataset}/import", json={"path": str(folder)})
    assert answer.status_code == 202
    return answer.json()


def test_the_stream_of_a_task_begins_whole_moves_forward_and_ends_with_done(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    task = imported(client, dataset, sample_folder)

    told = events(client, task["links"]["events"])

    names = [name for name, _ in told]
    assert (names[0], names[-1]) == ("snapshot", "done")
    snapshots = [data for name, data in told if name in ("snapshot", "progress", "done")]
    progress = [data["progress"] for data in snapshots]
    assert progress == sorted(progress)
    assert progress[-1] == 100
    assert client.get(task["links"]["self"]).json()["seq"] == snapshots[-1]["seq"]


def test_a_client_that_saw_the_end_is_told_to_stop(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    task = imported(client, dataset, sample_folder)
    last = events(client, task["links"]["events"])[-1][1]

    answer = client.get(task["links"]["events"], headers={"Last-Event-ID": str(last["seq"])})

    assert answer.status_code == 204


def test_a_client_that_missed_the_end_is_told_again(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    task = imported(client, dataset, sample_folder)
    events(client, task["links"]["events"])

    told = events(client, task["links"]["events"], **{"Last-Event-ID": "1"})

    assert told[-1][0] == "done"


def test_uploaded_files_are_analysed_and_have_thumbnails(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    paths = sorted((sample_folder / "dogs").iterdir())[:3]
    files = [("files", (path.name, path.read_bytes())) for path in paths]

    added = client.post(f"{API}/datasets/{dataset}/files", files=files)
    task = client.post(f"{API}/tasks", json={"type": "image_analysis", "dataset_id": dataset})
    told = events(client, task.json()["links"]["events"])

    assert added.status_code == 201
    assert told[-1][1]["status"] == "completed"
    result = client.get(task.json()["links"]["result"]).json()
    assert (result["items"], result["analysed"]) == (3, 3)
    sha256 = added.json()["added"][0]["sha256"]
    thumbnail = client.get(f"{API}/blobs/{sha256}/thumbnail")
    assert thumbnail.headers["content-type"] == "image/jpeg"


def test_a_tiny_picture_is_its_own_thumbnail(client: httpx2.Client, dataset: str) -> None:
    Image.new("RGB", (16, 16), "teal").save(tiny := io.BytesIO(), "PNG")
    files = [("files", ("tiny.png", tiny.getvalue()))]
    added = client.post(f"{API}/datasets/{dataset}/files", files=files).json()["added"][0]
    task = client.post(f"{API}/tasks", json={"type": "image_analysis", "dataset_id": dataset})
    events(client, task.json()["links"]["events"])

    thumbnail = client.get(f"{API}/blobs/{added['sha256']}/thumbnail")
    report = client.get(f"{task.json()['links']['self']}/report").text

    assert thumbnail.headers["content-type"] == "image/png"
    assert thumbnail.content == tiny.getvalue()
    assert base64.b64encode(tiny.getvalue()).decode() in report


def test_answers_are_what_the_document_says(client: httpx2.Client, dataset: str) -> None:
    task = client.post(f"{API}/tasks", json={"type": "image_analysis", "dataset_id": dataset})

    assert TaskAnswer.model_validate(task.json()).type == "image_analysis"
    assert task.headers["location"] == task.json()["links"]["self"]
    found = client.get(f"{API}/datasets/{dataset}").json()
    assert DatasetDetails.model_validate(found).version == 0


def test_the_openapi_document_is_valid(client: httpx2.Client) -> None:
    document = client.get(f"{API}/openapi.json").json()

    validate(document)

    assert f"{API}/tasks/{{id}}/events" in document["paths"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", f"/datasets/{NOBODY}", None, 404, "dataset_not_found"),
        ("GET", f"/tasks/{NOBODY}", None, 404, "task_not_found"),
        ("GET", "/tasks/nonsense", None, 422, "invalid_request"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("GET", "/tasks?limit=0", None, 422, "invalid_request"),
        ("GET", "/tasks?cursor=xyz", None, 422, "invalid_request"),
        ("GET", f"/tasks/{NOBODY}/items?kind=a&cursor=WzEwLDFlMzBd", None, 422, "invalid_request"),
        ("GET", f"/tasks/{NOBODY}/log?after={10**25}", None, 422, "invalid_request"),
        ("GET", "/tasks?type=a%00b", None, 422, "invalid_request"),
        ("DELETE", "/tasks", None, 405, "method_not_allowed"),
        ("POST", "/datasets", {"name": ""}, 422, "invalid_name"),
        ("POST", "/datasets", {"nom": "x"}, 422, "invalid_request"),
        ("POST", "/tasks", {"type": "image_analysis"}, 422, "invalid_request"),
    ],
)
def test_a_wrong_request_gets_a_problem_with_its_code(
    client: httpx2.Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = client.request(method, f"{API}{path}", json=body)

    assert answer.headers["content-type"] == "application/problem+json"
    problem = Problem.model_validate(answer.json())
    assert (answer.status_code, problem.status, problem.code) == (status, status, code)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"type": "nonsense"}, "unknown_task_type"),
        ({"type": "folder_import", "params": {"path": "/etc"}}, "not_submitted_directly"),
        ({"type": "image_analysis", "params": {"dark_threshold": 7}}, "invalid_params"),
        ({"type": "image_analysis", "params": {"drak": 1}}, "invalid_params"),
        ({"type": "image_analysis", "dataset_id": NOBODY}, "dataset_not_found"),
    ],
)
def test_a_wrong_submission_gets_a_problem_with_its_code(
    client: httpx2.Client, dataset: str, asked: dict[str, Any], code: str
) -> None:
    answer = client.post(f"{API}/tasks", json={"dataset_id": dataset} | asked)

    assert Problem.model_validate(answer.json()).code == code


def test_broken_json_and_folders_outside_the_roots_are_refused(
    client: httpx2.Client, dataset: str
) -> None:
    broken = client.post(f"{API}/datasets", content=b"{")
    outside = client.post(f"{API}/datasets/{dataset}/import", json={"path": "/etc"})

    assert broken.json()["code"] == "invalid_request"
    assert outside.json()["code"] == "folder_not_allowed"


def test_nobody_comes_in_without_a_key(site: Site) -> None:
    answers = [
        httpx2.get(f"{site.url}{API}/tasks", headers=headers)
        for headers in ({}, {"Authorization": "Bearer mw_wrong"})
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_link_signs_in_once_and_foreign_pages_cannot_use_the_session(site: Site) -> None:
    token = site.sign_in_path().partition("#")[2]
    with httpx2.Client(base_url=site.url) as browser:
        first = browser.post(f"{API}/session", json={"token": token})
        again = httpx2.post(f"{site.url}{API}/session", json={"token": token})
        mine = browser.post(f"{API}/datasets", json={"name": f"set {uuid4()}"})
        foreign = browser.post(
            f"{API}/datasets", json={"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
        )

    assert (first.status_code, mine.status_code) == (200, 201)
    assert (again.status_code, again.json()["code"]) == (401, "link_used")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "forbidden")


def test_health_says_what_is_there(site: Site) -> None:
    ready = httpx2.get(f"{site.url}/readyz").json()

    assert ready["checks"] == {"postgresql": "ok", "redis": "ok", "storage": "ok"}
