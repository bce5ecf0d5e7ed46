"""Stream tickets: what they open, for whom and for how long, and what they do not."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from tests.conftest import Web
from tests.integration.test_api import API
from tests.integration.test_events import client_of, new_dataset, somebody


@pytest.fixture
def client(quiet_site: Web) -> Iterator[httpx2.Client]:
    with client_of(quiet_site, quiet_site.api_key) as opened:
        yield opened


@pytest.fixture
def anybody(quiet_site: Web) -> Iterator[httpx2.Client]:
    """Without key and cookie."""
    with httpx2.Client(base_url=quiet_site.url, timeout=30) as opened:
        yield opened


def waiting_task(client: httpx2.Client, **about_dataset: str) -> dict[str, Any]:
    asked = {"type": "image_analysis", "dataset_id": new_dataset(client, **about_dataset)}
    return client.post(f"{API}/tasks", json=asked).json()


def ticket_for(client: httpx2.Client, task: dict[str, Any]) -> dict[str, str]:
    answer = client.post(f"{task['links']['self']}/stream-ticket")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


async def expire_tickets(web: Web) -> None:
    connection = await asyncpg.connect(web.settings.database_url, ssl=False)
    await connection.execute("UPDATE stream_tickets SET expires_at = now() - interval '1 second'")
    await connection.close()


def names(lines: Iterator[str]) -> Iterator[str]:
    """The events of a stream, by name, as they come."""
    return (line.removeprefix("event: ") for line in lines if line.startswith("event: "))


def test_a_ticket_opens_the_stream_of_its_task(
    client: httpx2.Client, anybody: httpx2.Client
) -> None:
    task = waiting_task(client)
    ticket = ticket_for(client, task)

    with anybody.stream("GET", ticket["url"]) as answer:
        told = names(answer.iter_lines())
        first = next(told)
        client.post(task["links"]["cancel"])
        rest = list(told)

    assert (first, rest[-1]) == ("snapshot", "done")


async def test_a_stream_goes_on_after_its_ticket_has_expired_but_does_not_come_back(
    quiet_site: Web, client: httpx2.Client, anybody: httpx2.Client
) -> None:
    task = waiting_task(client)
    ticket = ticket_for(client, task)

    with anybody.stream("GET", ticket["url"]) as answer:
        told = names(answer.iter_lines())
        next(told)
        await expire_tickets(quiet_site)
        client.post(task["links"]["cancel"])
        rest = list(told)
    again = anybody.get(ticket["url"])

    assert rest[-1] == "done"
    assert (again.status_code, again.json()["code"]) == (401, "ticket_expired")
    assert ticket["ticket"] not in again.text


async def test_expired_tickets_go_when_new_ones_come(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task = waiting_task(client)
    ticket_for(client, task)
    await expire_tickets(quiet_site)

    ticket_for(client, task)

    connection = await asyncpg.connect(quiet_site.settings.database_url, ssl=False)
    assert await connection.fetchval("SELECT count(*) FROM stream_tickets") == 1
    await connection.close()


@pytest.mark.parametrize("wrong", ["", "x", "\u00e9", "x" * 5000])
def test_no_other_word_is_a_ticket(
    client: httpx2.Client, anybody: httpx2.Client, wrong: str
) -> None:
    task = waiting_task(client)

    answer = anybody.get(task["links"]["events"], params={"ticket": wrong})

    assert (answer.status_code, answer.json()["code"]) == (401, "ticket_expired")


def test_a_ticket_is_for_one_task_only(client: httpx2.Client, anybody: httpx2.Client) -> None:
    ticket = ticket_for(client, waiting_task(client))
    other = waiting_task(client)

    answer = anybody.get(other["links"]["events"], params={"ticket": ticket["ticket"]})

    assert (answer.status_code, answer.json()["code"]) == (401, "ticket_expired")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "{self}"),
        ("GET", "{self}/log"),
        ("GET", "{self}/items?kind=dark"),
        ("GET", "{self}/result"),
        ("POST", "{self}/cancel"),
        ("POST", "{self}/stream-ticket"),
        ("GET", f"{API}/events"),
        ("GET", f"{API}/tasks"),
    ],
)
def test_a_ticket_opens_nothing_but_streams_of_its_task(
    client: httpx2.Client, anybody: httpx2.Client, method: str, path: str
) -> None:
    task = waiting_task(client)
    ticket = ticket_for(client, task)["ticket"]

    url = path.format(self=task["links"]["self"])
    by_query = anybody.request(method, url + ("&" if "?" in url else "?") + f"ticket={ticket}")
    by_header = anybody.request(method, url, headers={"Authorization": f"Bearer {ticket}"})

    assert (by_query.status_code, by_header.status_code) == (401, 401)
    assert client.get(task["links"]["self"]).json()["status"] == "pending"


def test_a_viewer_gets_tickets_for_what_is_shared_and_for_nothing_else(
    quiet_site: Web, client: httpx2.Client, anybody: httpx2.Client
) -> None:
    shared, private = waiting_task(client, visibility="everyone"), waiting_task(client)
    with somebody(quiet_site, "viewer") as viewer:
        ticket = ticket_for(viewer, shared)
        refused = viewer.post(f"{private['links']['self']}/stream-ticket")

    with anybody.stream("GET", ticket["url"]) as answer:
        first = next(names(answer.iter_lines()))

    assert first == "snapshot"
    assert (refused.status_code, refused.json()["code"]) == (404, "task_not_found")


def test_a_ticket_does_not_outlive_the_right_to_look(
    quiet_site: Web, client: httpx2.Client, anybody: httpx2.Client
) -> None:
    task = waiting_task(client, visibility="everyone")
    with somebody(quiet_site, "viewer") as viewer:
        ticket = ticket_for(viewer, task)
    unshared = {"visibility": "private"}
    client.patch(f"{API}/datasets/{task['dataset_id']}", json=unshared).raise_for_status()

    answer = anybody.get(ticket["url"])

    assert answer.status_code == 404


def test_nobody_gets_a_ticket_without_signing_in_or_for_what_is_not_there(
    client: httpx2.Client, anybody: httpx2.Client
) -> None:
    task = waiting_task(client)

    unknown = anybody.post(f"{task['links']['self']}/stream-ticket")
    missing = client.post(f"{API}/tasks/{uuid4()}/stream-ticket")

    assert (unknown.status_code, missing.status_code) == (401, 404)
