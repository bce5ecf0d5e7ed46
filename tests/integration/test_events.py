"""The stream of everything active, as several people meet it at once."""

import asyncio
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from redis.asyncio import Redis

from service.api.hub import Hub
from service.domain.datasets import Kind, Visibility
from service.domain.users import User
from service.messaging.snapshots import Snapshots
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.conftest import Site, Web
from tests.integration.test_api import API, imported

Told = Iterator[tuple[str, Any]]


def client_of(site: Web, key: str) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.Client(base_url=site.url, headers=headers, timeout=30)


@contextmanager
def somebody(site: Web, role: str) -> Generator[httpx2.Client]:
    """Another user, new to the service."""
    key = site.command("key", "--user", f"user {uuid4()}", "--role", role)
    with client_of(site, key) as opened:
        yield opened


@contextmanager
def events(client: httpx2.Client) -> Generator[Told]:
    """The events of a stream that does not end, as they come."""
    with client.stream("GET", f"{API}/events") as answer:
        yield _parsed(answer.iter_lines())


def _parsed(lines: Iterator[str]) -> Told:
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def until_done(told: Told, task_id: str) -> list[tuple[str, Any]]:
    """What comes until a task is done."""
    heard: list[tuple[str, Any]] = []
    for name, data in told:
        heard.append((name, data))
        if (name, data["id"]) == ("done", task_id):
            break
    return heard


def new_dataset(client: httpx2.Client, **body: str) -> str:
    return client.post(f"{API}/datasets", json={"name": f"set {uuid4()}"} | body).json()["id"]


def analysed(client: httpx2.Client, dataset: str) -> str:
    asked = {"type": "image_analysis", "dataset_id": dataset, "force": True}
    return client.post(f"{API}/tasks", json=asked).json()["id"]


def test_a_new_task_appears_by_itself_moves_forward_and_is_done(
    client: httpx2.Client, sample_folder: Path
) -> None:
    dataset = new_dataset(client)
    with events(client) as told:
        first = next(told)

        task = imported(client, dataset, sample_folder)
        heard = until_done(told, task["id"])

    assert first[0] == "snapshot"
    mine = [(name, data) for name, data in heard if data["id"] == task["id"]]
    seqs = [data["seq"] for _, data in mine]
    assert seqs == sorted(set(seqs))
    assert [name for name, _ in mine] == ["progress"] * (len(mine) - 1) + ["done"]


def test_the_snapshot_has_whole_tasks_that_were_there_before(
    client: httpx2.Client, many: Path
) -> None:
    task = imported(client, new_dataset(client), many)

    with events(client) as told:
        name, data = next(told)
        until_done(told, task["id"])

    assert name == "snapshot"
    (mine,) = [each for each in data["items"] if each["id"] == task["id"]]
    assert set(mine) == set(task) - {"params", "links", "deduplicated", "cached"}


@pytest.mark.parametrize("role", ["viewer", "member"])
def test_tasks_on_private_datasets_of_others_are_not_told(
    site: Site, client: httpx2.Client, role: str
) -> None:
    private, shared = new_dataset(client), new_dataset(client, visibility="everyone")
    with somebody(site, role) as other, events(other) as told:
        next(told)

        hidden = analysed(client, private)
        seen = analysed(client, shared)
        heard = until_done(told, seen)

    assert {data["id"] for _, data in heard} == {seen}
    assert hidden != seen


def test_tasks_on_private_datasets_of_others_are_not_in_the_snapshot(
    site: Site, client: httpx2.Client, many: Path
) -> None:
    dataset = new_dataset(client)
    with somebody(site, "member") as other:
        task = imported(client, dataset, many)

        with events(other) as told:
            _, data = next(told)

    assert client.get(task["links"]["self"]).json()["status"] in ("pending", "in_progress")
    assert data["items"] == []


def test_an_admin_is_told_of_the_tasks_of_everybody(site: Site, client: httpx2.Client) -> None:
    with somebody(site, "member") as other, events(client) as told:
        next(told)

        task_id = analysed(other, new_dataset(other))
        heard = until_done(told, task_id)

    assert heard[-1][1]["status"] == "completed"


def test_nobody_watches_without_a_key(site: Site) -> None:
    assert httpx2.get(f"{site.url}{API}/events").status_code == 401


async def test_without_redis_the_database_tells_of_new_tasks(runtime: Runtime, user: User) -> None:
    new = NewDataset("pictures", Kind.IMAGE, Visibility.PRIVATE)
    dataset = await runtime.datasets.create(user, new)
    async with Redis.from_url("redis://127.0.0.1:1") as nowhere:
        hub = Hub(Snapshots(nowhere), runtime.tasks)
        listening = asyncio.create_task(hub.run())
        with hub.feed() as feed:
            asked = Submission("image_analysis", dataset_id=dataset.id)
            submitted = await runtime.tasks.submit(user, asked)
            async with asyncio.timeout(20):
                await feed.stir()
            listening.cancel()

    assert feed.strangers() == [submitted.task.id]
