"""Who may see what a task has found: who may see now what it is of, whoever has asked for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from service.domain.datasets import Dataset, Visibility
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import DatasetNotFound
from service.usecases.tasks import Submission
from tests.conftest import Site
from tests.integration.bringing import black, finished, jpeg
from tests.integration.test_api import API, events, imported
from tests.integration.test_events import new_dataset, somebody

FOUND = ("result", "items?kind=dark", "export", "report", "map", "log")
SHOWN = dict.fromkeys(FOUND, 200)
HIDDEN = dict.fromkeys(FOUND, (404, "dataset_not_found"))


@pytest.fixture
def member(site: Site) -> Iterator[httpx2.Client]:
    with somebody(site, "member") as client:
        yield client


@pytest.fixture
def shared(client: httpx2.Client) -> str:
    """A dataset of somebody else, which everyone may see."""
    return filled(client, new_dataset(client, visibility="everyone"))


def filled(client: httpx2.Client, dataset: str) -> str:
    for path, data in (("1.jpg", jpeg(1)), ("2.png", black())):
        url = f"{API}/datasets/{dataset}/files/{path}"
        client.put(url, content=data).raise_for_status()
    return dataset


def change(client: httpx2.Client, dataset: str, visibility: str) -> None:
    body = {"visibility": visibility}
    client.patch(f"{API}/datasets/{dataset}", json=body).raise_for_status()


def analysed(client: httpx2.Client, **asked: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/tasks", json={"type": "image_analysis"} | asked)
    assert answer.status_code == 202, answer.text
    return finished(client, answer.json())


def answers(client: httpx2.Client, task: dict[str, Any]) -> dict[str, Any]:
    """By what is found, the status, and the code of what is no success."""
    told: dict[str, Any] = {}
    for path in FOUND:
        answer = client.get(f"{task['links']['self']}/{path}")
        good = answer.status_code == 200
        told[path] = 200 if good else (answer.status_code, answer.json()["code"])
    return told


def test_what_was_found_is_hidden_with_the_dataset_and_shown_again_with_it(
    client: httpx2.Client, member: httpx2.Client, shared: str
) -> None:
    task = analysed(member, dataset_id=shared)
    before = answers(member, task)

    change(client, shared, "private")
    hidden, to_admin = answers(member, task), answers(client, task)
    status = member.get(task["links"]["self"]).json()["status"]
    change(client, shared, "everyone")

    assert (before, hidden, answers(member, task)) == (SHOWN, HIDDEN, SHOWN)
    assert to_admin == SHOWN
    assert status == "completed"


def test_a_stream_tells_the_owner_how_far_it_came_but_not_what_it_found(
    client: httpx2.Client, member: httpx2.Client, many: Path
) -> None:
    dataset = new_dataset(client, visibility="everyone")
    finished(client, imported(client, dataset, many))
    task = analysed(member, dataset_id=dataset)
    before = {name for name, _ in events(member, task["links"]["events"])}

    change(client, dataset, "private")

    assert before == {"snapshot", "log", "preview", "done"}
    assert [name for name, _ in events(member, task["links"]["events"])] == ["snapshot", "done"]


@pytest.mark.parametrize("hidden", ["dataset_id", "target_id"])
def test_a_comparison_is_hidden_with_either_of_its_sides(
    client: httpx2.Client, member: httpx2.Client, shared: str, hidden: str
) -> None:
    sides = {"dataset_id": "target_id", "target_id": "dataset_id"}
    own = filled(member, new_dataset(member))
    task = analysed(member, type="drift", **{hidden: shared, sides[hidden]: own})
    url = task["links"]["result"]
    before = member.get(url)

    change(client, shared, "private")
    after = member.get(url)

    assert before.status_code == 200
    assert (after.status_code, after.json()["code"]) == (404, "dataset_not_found")


def test_nobody_is_shown_what_was_found_of_a_deleted_dataset(client: httpx2.Client) -> None:
    dataset = filled(client, new_dataset(client))
    task = analysed(client, dataset_id=dataset)

    client.delete(f"{API}/datasets/{dataset}").raise_for_status()

    assert answers(client, task) == HIDDEN
    assert client.get(task["links"]["self"]).json()["status"] == "completed"


async def test_a_task_on_what_is_hidden_may_be_cancelled_but_not_retried(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    member = await runtime.access.ensure(f"user {uuid4()}", Role.MEMBER)
    await runtime.datasets.change(user, dataset.id, name=None, visibility=Visibility.EVERYONE)
    task = (await runtime.tasks.submit(member, Submission("eda", dataset.id))).task
    await runtime.datasets.change(user, dataset.id, name=None, visibility=Visibility.PRIVATE)

    cancelled = await runtime.tasks.cancel(member, task.id)

    assert cancelled.status.final
    with pytest.raises(DatasetNotFound):
        await runtime.tasks.retry(member, task.id)
