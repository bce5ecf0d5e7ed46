"""Lists of datasets: by name, in every order, page by page."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.conftest import Web
from tests.integration.bringing import finished, jpeg
from tests.integration.test_api import API


def made(client: httpx2.Client, name: str, *, bytes_: int = 0) -> str:
    id_ = client.post(f"{API}/datasets", json={"name": name}).json()["id"]
    if bytes_:
        client.put(f"{API}/datasets/{id_}/files/1.jpg", content=bytes(bytes_))
    return id_


def names(client: httpx2.Client, **query: str) -> list[str]:
    """Of all pages, one dataset each."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        asked = {"limit": "1", **query, **cursor}
        page = client.get(f"{API}/datasets", params=asked).json()
        found += [dataset["name"] for dataset in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def mark() -> str:
    """What only the names of one test hold."""
    return uuid4().hex


def test_pages_meet_every_dataset_once_in_every_order(client: httpx2.Client, mark: str) -> None:
    told = {"b": 10, "A": 30, "c": 20}
    for name, size in told.items():
        made(client, f"{name} {mark}", bytes_=size)

    seen = {
        sort: "".join(name[0] for name in names(client, q=mark, sort=sort))
        for sort in ("name", "-size", "-created")
    }

    assert seen == {"name": "Abc", "-size": "Acb", "-created": "cAb"}


@pytest.fixture
def waiting(quiet_site: Web) -> Iterator[httpx2.Client]:
    """Of a site without a worker."""
    headers = {"Authorization": f"Bearer {quiet_site.api_key}"}
    with httpx2.Client(base_url=quiet_site.url, headers=headers) as client:
        yield client


def test_those_come_first_that_something_runs_on(waiting: httpx2.Client, mark: str) -> None:
    ids = [made(waiting, f"{name} {mark}") for name in "abc"]
    task: dict[str, Any] = waiting.post(
        f"{API}/tasks", json={"type": "image_analysis", "dataset_id": ids[0]}
    ).json()

    order = [name[0] for name in names(waiting, q=mark, sort="-running")]

    waiting.post(task["links"]["cancel"])
    assert order == ["a", "c", "b"]


@pytest.mark.parametrize("asked", ["50% {}", "Straße {}", "夏 {}", "a_b {}"])
def test_a_name_is_found_by_any_part_of_it_in_whatever_case(
    client: httpx2.Client, mark: str, asked: str
) -> None:
    name = asked.format(mark)
    made(client, f"x{name}y")
    made(client, f"other {mark}")

    assert names(client, q=name.upper() if name.isascii() else name) == [f"x{name}y"]


@pytest.mark.parametrize("sort", ["name", "-size", "-running", "-created"])
def test_a_cursor_of_elsewhere_is_refused(client: httpx2.Client, sort: str) -> None:
    answer = client.get(f"{API}/datasets", params={"sort": sort, "cursor": "WzFd"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_dataset_says_what_was_found_in_few_figures(
    client: httpx2.Client, dataset_id: str
) -> None:
    client.put(f"{API}/datasets/{dataset_id}/files/1.jpg", content=jpeg(1))
    client.put(f"{API}/datasets/{dataset_id}/files/2.jpg", content=b"no picture")
    for type_ in ("image_analysis", "clustering", "eda"):
        asked = {"type": type_, "dataset_id": dataset_id}
        finished(client, client.post(f"{API}/tasks", json=asked).json())

    analyses = client.get(f"{API}/datasets/{dataset_id}").json()["analyses"]

    found = {analysis["type"]: analysis["found"] for analysis in analyses}
    assert found["image_analysis"]["unreadable"] == 1
    assert found["clustering"].keys() == {"groups"}
    assert 0 < found["eda"]["health"] < 100
