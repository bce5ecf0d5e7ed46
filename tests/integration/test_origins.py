"""Pages of other origins: what browsers are told that they may do."""

import httpx2
import pytest

from service.api.origins import ASKED, METHODS
from service.settings import Settings
from tests.conftest import Site, Web, running_web
from tests.integration.test_api import API
from tests.integration.test_events import new_dataset
from tests.integration.test_stream_tickets import ticket_for, waiting_task
from tests.integration.test_task_socket import session_of

ALLOW = "access-control-allow-origin"
COOKIES = "access-control-allow-credentials"
STRANGER = "http://evil.example"


def preflight(web: Web, origin: str, **asked: str) -> httpx2.Response:
    asks = {f"Access-Control-Request-{name}": told for name, told in asked.items()}
    headers = {"Origin": origin} | asks
    return httpx2.options(f"{web.url}{API}/tasks", headers=headers)


@pytest.mark.parametrize("method", METHODS)
def test_a_listed_origin_may_ask_with_a_key_but_without_cookies(
    site: Site, neighbour: str, method: str
) -> None:
    answer = preflight(site, neighbour, Method=method, Headers=", ".join(ASKED).lower())

    assert (answer.status_code, answer.headers[ALLOW]) == (200, neighbour)
    assert "Origin" in answer.headers["vary"]
    assert COOKIES not in answer.headers


def test_an_answer_to_a_listed_origin_may_be_read_with_the_headers_that_matter(
    client: httpx2.Client, neighbour: str
) -> None:
    asked = {"type": "image_analysis", "dataset_id": new_dataset(client)}
    headers = {"Origin": neighbour}

    submitted = client.post(f"{API}/tasks", json=asked, headers=headers)
    refused = client.get(f"{API}/tasks/nonsense", headers=headers)

    for answer in (submitted, refused):
        assert answer.headers[ALLOW] == neighbour
        assert answer.headers["vary"] == "Origin"
        assert COOKIES not in answer.headers
    exposed = submitted.headers["access-control-expose-headers"]
    assert {"ETag", "Location", "Retry-After"} <= set(exposed.split(", "))


def test_a_stream_may_be_read_by_a_listed_origin(client: httpx2.Client, neighbour: str) -> None:
    ticket = ticket_for(client, waiting_task(client))

    with httpx2.stream("GET", ticket["url"], headers={"Origin": neighbour}) as answer:
        told = (answer.headers["content-type"], answer.headers[ALLOW], answer.headers["vary"])

    assert told == ("text/event-stream; charset=utf-8", neighbour, "Origin")


def test_other_origins_are_told_nothing(site: Site, client: httpx2.Client) -> None:
    asked = preflight(site, STRANGER, Method="POST", Headers="authorization")
    answer = client.get(f"{API}/tasks", headers={"Origin": STRANGER})

    assert asked.status_code == 400
    assert ALLOW not in asked.headers
    assert ALLOW not in answer.headers
    assert answer.headers["vary"] == "Origin"


def test_nothing_is_said_where_no_origin_is_listed(quiet_site: Web) -> None:
    asked = preflight(quiet_site, STRANGER, Method="POST")
    answer = httpx2.get(f"{quiet_site.url}/healthz", headers={"Origin": STRANGER})

    assert asked.status_code == 405
    assert not {ALLOW, COOKIES} & {*asked.headers, *answer.headers}


def test_the_cookie_acts_for_no_other_origin_not_even_a_listed_one(
    site: Site, neighbour: str
) -> None:
    headers = {"Cookie": session_of(site), "Origin": neighbour}

    answer = httpx2.post(f"{site.url}{API}/datasets", json={"name": "mine"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_all_origins_may_be_allowed_since_cookies_are_for_none(settings: Settings) -> None:
    with running_web(settings, {"ALLOWED_ORIGINS": "*"}) as web:
        headers = {"Cookie": session_of(web), "Origin": STRANGER}
        read = httpx2.get(f"{web.url}{API}/session", headers=headers)
        acted = httpx2.post(f"{web.url}{API}/datasets", json={"name": "x"}, headers=headers)

    assert read.headers[ALLOW] == "*"
    assert COOKIES not in read.headers
    assert acted.status_code == 403
