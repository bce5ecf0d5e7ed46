"""A task watched over a WebSocket: what is told, how it ends, and who is let in."""

import asyncio
import json
import signal
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from service.messaging.snapshots import Snapshots
from service.settings import Settings
from tests.conftest import Site, Web, running_web
from tests.integration.test_api import API, imported
from tests.integration.test_events import client_of, new_dataset, somebody
from tests.integration.test_stream_tickets import ticket_for, waiting_task

PADDING = "x" * 20_000
TOLD = 2_000
MOST_THAT_WAITS_BYTES = 16 << 20
"""Far below what is told, far above what the buffers of both kernels take."""


@pytest.fixture
def client(quiet_site: Web) -> Iterator[httpx2.Client]:
    with client_of(quiet_site, quiet_site.api_key) as opened:
        yield opened


def watching(web: Web, task_id: str, query: str = "", **headers: str) -> connect:
    """Whoever does not receive does not read either."""
    url = f"ws://{urlsplit(web.url).netloc}/ws/task/{task_id}{query}"
    return connect(url, additional_headers=headers, compression=None, max_queue=1)


def with_key(web: Web, task_id: str) -> connect:
    return watching(web, task_id, Authorization=f"Bearer {web.api_key}")


async def snapshots(opened: ClientConnection) -> list[dict[str, Any]]:
    """All that come, to the end."""
    return [json.loads(message) async for message in opened]


async def snapshots_for_ever(opened: ClientConnection) -> None:
    while True:
        await opened.recv()


async def refusal(opening: connect) -> tuple[int, str]:
    """The status and the problem code of a handshake that must fail."""
    with pytest.raises(InvalidStatus) as refused:
        await opening
    body = refused.value.response.body
    return refused.value.response.status_code, json.loads(body or b"{}")["code"]


def session_of(web: Web) -> str:
    """The cookie of somebody who came by a link."""
    token = web.sign_in_path().partition("#")[2]
    answer = httpx2.post(f"{web.url}{API}/session", json={"token": token})
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def test_a_task_is_told_from_beginning_to_end_and_then_the_socket_closes(
    site: Site, sample_folder: Any
) -> None:
    with client_of(site, site.api_key) as client:
        task = imported(client, new_dataset(client), sample_folder)

    async with with_key(site, task["id"]) as opened:
        told = await snapshots(opened)

    assert set(told[0]) == set(task) - {"params", "links", "deduplicated", "cached"}
    assert [each["seq"] for each in told] == sorted(each["seq"] for each in told)
    assert told[-1]["status"] == "completed"
    assert opened.close_code == 1000


async def test_a_task_that_has_ended_is_told_once(quiet_site: Web, client: httpx2.Client) -> None:
    task = waiting_task(client)
    client.post(task["links"]["cancel"])

    async with with_key(quiet_site, task["id"]) as opened:
        told = await snapshots(opened)

    assert [each["status"] for each in told] == ["cancelled"]
    assert opened.close_code == 1000


async def test_while_nothing_happens_a_message_comes_every_second(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task = waiting_task(client)

    async with with_key(quiet_site, task["id"]) as opened, asyncio.timeout(4):
        told = [json.loads(await opened.recv()) for _ in range(3)]

    assert [each["status"] for each in told] == ["pending"] * 3


async def test_what_a_client_says_is_passed_over(quiet_site: Web, client: httpx2.Client) -> None:
    task = waiting_task(client)

    async with with_key(quiet_site, task["id"]) as opened:
        for _ in range(100):
            await opened.send("hello")
        client.post(task["links"]["cancel"])
        told = await snapshots(opened)

    assert told[-1]["status"] == "cancelled"


async def test_a_slow_reader_is_told_the_newest_and_not_all(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task = waiting_task(client)
    async with (
        with_key(quiet_site, task["id"]) as opened,
        Redis.from_url(quiet_site.settings.redis_url) as redis,
    ):
        first = json.loads(await opened.recv())

        published = Snapshots(redis)
        for seq in range(1, TOLD):
            newer = first | {"seq": first["seq"] + seq, "message": PADDING}
            await published.publish({UUID(task["id"]): newer})
        last = first | {"seq": first["seq"] + TOLD, "status": "completed"}
        await published.publish({UUID(task["id"]): last})
        told = await snapshots(opened)

    assert told[-1]["seq"] == last["seq"]
    assert sum(len(each["message"]) for each in told) < MOST_THAT_WAITS_BYTES < TOLD * len(PADDING)


async def test_when_the_server_ends_clients_are_told_to_come_back(settings: Settings) -> None:
    with running_web(settings) as web:
        with client_of(web, web.api_key) as client:
            task = waiting_task(client)
        async with with_key(web, task["id"]) as opened:
            await opened.recv()

            web.process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed):
                await snapshots_for_ever(opened)

    assert opened.close_code == 1012


async def test_a_page_of_ours_watches_with_its_cookie(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task = waiting_task(client)
    cookie = session_of(quiet_site)

    async with watching(quiet_site, task["id"], Cookie=cookie, Origin=quiet_site.url) as opened:
        told = json.loads(await opened.recv())

    assert told["id"] == task["id"]


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:1", "{ours}.evil.example", None],
)
async def test_a_page_of_another_origin_cannot_watch_with_the_cookie(
    quiet_site: Web, client: httpx2.Client, origin: str | None
) -> None:
    task = waiting_task(client)
    headers = {"Cookie": session_of(quiet_site)}
    if origin is not None:
        headers["Origin"] = origin.format(ours=quiet_site.url)

    answer = await refusal(watching(quiet_site, task["id"], **headers))

    assert answer == (403, "forbidden")


async def test_a_ticket_opens_the_socket_of_its_task_from_anywhere(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task, other = waiting_task(client), waiting_task(client)
    query = f"?ticket={ticket_for(client, task)['ticket']}"

    async with watching(quiet_site, task["id"], query, Origin="http://else.example") as opened:
        told = json.loads(await opened.recv())
    answer = await refusal(watching(quiet_site, other["id"], query))

    assert told["id"] == task["id"]
    assert answer == (401, "ticket_expired")


async def test_without_a_key_without_the_task_or_without_an_id_the_handshake_is_refused(
    quiet_site: Web, client: httpx2.Client
) -> None:
    task = waiting_task(client)

    answers = [
        await refusal(watching(quiet_site, task["id"])),
        await refusal(with_key(quiet_site, str(uuid4()))),
        await refusal(with_key(quiet_site, "nonsense")),
    ]

    assert answers == [(401, "unauthorized"), (404, "task_not_found"), (422, "invalid_request")]


async def test_a_task_of_others_is_not_found_and_one_that_is_no_longer_shared_is_left(
    quiet_site: Web, client: httpx2.Client
) -> None:
    private, shared = waiting_task(client), waiting_task(client, visibility="everyone")
    with somebody(quiet_site, "viewer") as viewer:
        key = viewer.headers["Authorization"]
    answer = await refusal(watching(quiet_site, private["id"], Authorization=key))

    async with watching(quiet_site, shared["id"], Authorization=key) as opened:
        await opened.recv()
        change = {"visibility": "private"}
        client.patch(f"{API}/datasets/{shared['dataset_id']}", json=change).raise_for_status()
        with pytest.raises(ConnectionClosed):
            await snapshots_for_ever(opened)

    assert answer == (404, "task_not_found")
    assert opened.close_code == 1008


async def test_a_refused_handshake_is_no_error_of_the_server(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    with running_web(settings) as web:
        answer = await refusal(watching(web, str(uuid4())))

    assert answer == (401, "unauthorized")
    assert "error" not in capfd.readouterr().err
