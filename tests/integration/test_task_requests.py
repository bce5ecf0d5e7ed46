"""What a client asks of a task over HTTP: once, to wait, to hurry, to go on."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.requests import Request

from service.api.hub import Hub, Snapshot
from service.api.operations import Call
from service.api.state import State
from service.api.waiting import wait_for
from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.conftest import Site
from tests.integration.test_api import API, events, imported
from tests.integration.test_events import client_of, new_dataset


@pytest.fixture
def client(site: Site) -> Iterator[httpx2.Client]:
    with client_of(site, site.api_key) as opened:
        yield opened


def test_a_submission_may_wait_for_the_end(client: httpx2.Client, sample_folder: Path) -> None:
    dataset = new_dataset(client)
    path = {"path": str(sample_folder)}

    answer = client.post(
        f"{API}/datasets/{dataset}/import", json=path, headers={"Prefer": "wait=20"}
    )

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")
    assert answer.headers["preference-applied"] == "wait=20"


def test_a_wait_that_is_too_short_is_answered_with_202(client: httpx2.Client, many: Path) -> None:
    dataset = new_dataset(client)

    answer = client.post(
        f"{API}/datasets/{dataset}/import",
        json={"path": str(many)},
        headers={"Prefer": "respond-async, wait=0"},
    )

    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=0")
    client.post(answer.json()["links"]["cancel"])


def test_a_long_poll_is_answered_as_soon_as_the_task_moves(
    client: httpx2.Client, many: Path
) -> None:
    dataset = new_dataset(client)
    told = imported(client, dataset, many)

    seqs = [told["seq"]]
    while told["status"] not in ("completed", "failed"):
        query = {"wait": 20, "since": told["seq"]}
        told = client.get(f"{API}/tasks/{told['id']}", params=query).json()
        seqs.append(told["seq"])

    assert told["status"] == "completed"
    assert seqs == sorted(set(seqs))


def test_a_long_poll_without_news_is_answered_after_its_wait(client: httpx2.Client) -> None:
    dataset = new_dataset(client)
    body = {"type": "image_analysis", "dataset_id": dataset}
    task = client.post(f"{API}/tasks", json=body, headers={"Prefer": "wait=20"}).json()

    began = time.monotonic()
    answer = client.get(f"{API}/tasks/{task['id']}", params={"wait": 1, "since": task["seq"]})

    assert answer.json()["seq"] == task["seq"]
    assert time.monotonic() - began >= 1


def test_a_wait_without_a_seq_is_for_the_end(client: httpx2.Client, many: Path) -> None:
    task = imported(client, new_dataset(client), many)

    told = client.get(f"{API}/tasks/{task['id']}", params={"wait": 30}).json()

    assert told["status"] == "completed"


def test_what_a_client_has_seen_is_not_sent_again(client: httpx2.Client) -> None:
    body = {"type": "image_analysis", "dataset_id": new_dataset(client)}
    task = client.post(f"{API}/tasks", json=body, headers={"Prefer": "wait=20"}).json()
    path = task["links"]["self"]
    tag = client.get(path).headers["etag"]

    same = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    other = client.get(path, headers={"If-None-Match": 'W/"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert other.status_code == 200


async def test_a_wait_ends_though_redis_has_lost_the_message(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    task = (await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))).task
    hub = Hub(runtime.snapshots, runtime.tasks)
    call = Call(Request({"type": "http"}), State(runtime, hub), user, None, None)
    looked = asyncio.Event()

    def enough(told: Snapshot) -> bool:
        looked.set()
        return told["seq"] > task.seq

    listening = asyncio.create_task(hub.run())
    waiting = asyncio.create_task(wait_for(call, task.id, enough, 30))
    await looked.wait()
    await runtime.database.pool.execute("UPDATE tasks SET seq = seq + 1")
    async with asyncio.timeout(15):
        told = await waiting
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening

    assert told.seq == task.seq + 1


@pytest.mark.parametrize("query", [{"wait": 61}, {"wait": -1}, {"since": -1}, {"until": 1}])
def test_a_wait_that_makes_no_sense_is_refused(
    client: httpx2.Client, query: dict[str, int]
) -> None:
    body = {"type": "image_analysis", "dataset_id": new_dataset(client)}
    task = client.post(f"{API}/tasks", json=body).json()

    answer = client.get(f"{API}/tasks/{task['id']}", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_the_header_makes_a_submission_repeatable(client: httpx2.Client) -> None:
    body: dict[str, Any] = {"type": "image_analysis", "dataset_id": new_dataset(client)}
    headers = {"Idempotency-Key": f'"{uuid4()}"'}

    first = client.post(f"{API}/tasks", json=body | {"force": True}, headers=headers)
    again = client.post(f"{API}/tasks", json=body | {"force": True}, headers=headers)
    other = client.post(f"{API}/tasks", json=body, headers=headers)
    wrong = client.post(f"{API}/tasks", json=body, headers={"Idempotency-Key": "x" * 256})

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


def test_an_archive_that_is_sent_again_with_its_key_is_one_task(client: httpx2.Client) -> None:
    path = f"{API}/datasets/{new_dataset(client)}/labels"

    told = [
        client.post(path, content=b"path,label\na.jpg,dog\n", headers={"Idempotency-Key": key})
        for key in ("one", "one", "two")
    ]
    other = client.post(path, content=b"path,label\n", headers={"Idempotency-Key": "one"})

    first, again, separate = (one.json()["id"] for one in told)
    assert first == again != separate
    assert other.json()["code"] == "idempotency_key_reused"


def test_what_has_ended_cannot_be_hurried_over_http(client: httpx2.Client) -> None:
    body = {"type": "image_analysis", "dataset_id": new_dataset(client)}
    task = client.post(f"{API}/tasks", json=body, headers={"Prefer": "wait=20"}).json()

    ended = client.patch(task["links"]["self"], json={"priority": "high"})
    wrong = client.patch(task["links"]["self"], json={"priority": "urgent"})

    assert (ended.status_code, ended.json()["code"]) == (409, "task_ended")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


def test_a_cancelled_import_is_retried_over_http_and_watched_anew(
    client: httpx2.Client, many: Path
) -> None:
    task = imported(client, new_dataset(client), many)
    client.post(task["links"]["cancel"])
    first = events(client, task["links"]["events"])

    again = client.post(task["links"]["retry"])
    whole = client.post(task["links"]["retry"])
    second = events(client, task["links"]["events"])

    assert first[-1][1]["status"] == "cancelled"
    assert (again.status_code, again.json()["id"]) == (202, task["id"])
    assert (whole.status_code, whole.json()["code"]) == (409, "task_not_retryable")
    assert (second[-1][0], second[-1][1]["status"]) == ("done", "completed")
    assert second[0][1]["seq"] > first[-1][1]["seq"]
