"""Bad input: each kind of it by hand, and what its problem tells whoever sent it."""

import asyncio
import json
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from service.api import problems
from service.api.app import OPERATIONS, middleware
from service.api.openapi import openapi
from service.api.origins import TOLD
from service.api.response_headers import MEANINGS, OF_PROBLEMS
from service.catalog.catalogue import CATALOGUE
from service.errors import MeanwhileError
from service.runtime import open_runtime
from service.settings import Settings
from tests.conftest import ROOT, Web
from tests.integration.test_api import API
from tests.integration.test_events import client_of, new_dataset
from tests.integration.test_examples import Analysed, analysed_by
from tests.integration.test_stream_tickets import waiting_task

PAGE = "https://page.example"
TEN_MEGABYTES = 10 * 1000 * 1000
MANY_DIGITS = "9" * 5000
"""More than Python reads as a number."""


@dataclass(frozen=True)
class Bad:
    """A request, and the answer to it; words in braces stand for what is really there."""

    what: str
    asked: str
    status: int
    code: str
    advice: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def submission(**told: object) -> bytes:
    return json.dumps({"type": "image_analysis", "dataset_id": "{dataset}"} | told).encode()


def params(told: bytes) -> bytes:
    return b'{"type": "image_analysis", "dataset_id": "{dataset}", "params": ' + told + b"}"


CURSORS = {
    "no cursor": "nonsense",
    "a cursor before all time": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIjAiXQ",
}
ALL = (
    Bad(
        "an unknown type",
        "POST /tasks",
        422,
        "unknown_task_type",
        "known are",
        submission(type="guessing"),
    ),
    Bad(
        "a type with a route of its own",
        "POST /tasks",
        422,
        "not_submitted_directly",
        "have a route of their own",
        submission(type="folder_import"),
    ),
    Bad(
        "unknown params",
        "POST /tasks",
        422,
        "invalid_params",
        "GET /api/v1/task-types lists its params",
        submission(params={"colour": "red"}),
    ),
    Bad(
        "an unknown field",
        "POST /tasks",
        422,
        "invalid_request",
        "does not fit: colour",
        submission(colour="red"),
    ),
    Bad(
        "a dataset that has been deleted",
        "POST /tasks",
        404,
        "dataset_not_found",
        "GET /api/v1/datasets lists",
        submission(dataset_id="{deleted}"),
    ),
    Bad(
        "a dataset of somebody else",
        "POST /tasks",
        404,
        "dataset_not_found",
        "GET /api/v1/datasets lists",
        submission(dataset_id="{foreign_dataset}"),
    ),
    *(
        Bad(f"a task of somebody else, {how}", asked, 404, "task_not_found", "/tasks lists", body)
        for how, asked, body in (
            ("read", "GET /tasks/{foreign}", None),
            ("watched", "GET /tasks/{foreign}/events", None),
            ("cancelled", "POST /tasks/{foreign}/cancel", None),
            ("retried", "POST /tasks/{foreign}/retry", None),
            ("hurried", "PATCH /tasks/{foreign}", b'{"priority": "high"}'),
        )
    ),
    Bad(
        "a body of 10 MB",
        "POST /tasks",
        413,
        "body_too_large",
        "at most 2097152 bytes",
        params(b'{"a": "' + b"a" * TEN_MEGABYTES + b'"}'),
    ),
    *(
        Bad(what, "POST /tasks", 422, "invalid_request", advice, body)
        for what, advice, body in (
            ("NaN", "expected a JSON value", params(b'{"blurry": NaN}')),
            ("infinity", "number is infinity", params(b'{"blurry": 1e999}')),
            ("a key twice", "the key 'type' is there twice", b'{"type": "a", "type": "b"}'),
            ("a key twice, below", "'a' is there twice", params(b'{"a": 1, "a": 1}')),
            ("900 levels", "more than 64 deep", params(b'{"a": ' * 900 + b"1" + b"}" * 900)),
            ("100,000 levels", "depth limit", b"[" * 100_000 + b"]" * 100_000),
            ("half a pair of surrogates", "surrogate", params(b'{"a": "\\ud800"}')),
            ("a NUL", "holds a NUL character", submission(type="a\0b")),
            ("no UTF-8", "not valid UTF-8", b'{"type": "\xff"}'),
            ("no JSON", "cannot be read as JSON", b"type=image_analysis"),
            ("no object", "does not fit: body", b"[]"),
            ("nothing", "does not fit: type, dataset_id", b""),
        )
    ),
    Bad("cancelling a completed task", "POST /tasks/{completed}/cancel", 409, "task_ended", "left"),
    Bad(
        "hurrying a completed task",
        "PATCH /tasks/{completed}",
        409,
        "task_ended",
        "nothing to hurry",
        b'{"priority": "high"}',
    ),
    Bad(
        "retrying a completed task",
        "POST /tasks/{completed}/retry",
        409,
        "task_not_retryable",
        "the task is completed",
    ),
    Bad(
        "retrying a running task",
        "POST /tasks/{running}/retry",
        409,
        "task_not_retryable",
        "the task is in_progress; it goes on by itself",
    ),
    Bad(
        "retrying a waiting task",
        "POST /tasks/{waiting}/retry",
        409,
        "task_not_retryable",
        "the task is pending; it goes on by itself",
    ),
    Bad(
        "the result of a running task",
        "GET /tasks/{running}/result",
        409,
        "task_not_completed",
        "the task is in_progress",
    ),
    Bad("no id", "GET /tasks/nonsense", 422, "invalid_request", "'nonsense' is not an id"),
    Bad("a parameter twice", "GET /tasks?limit=1&limit=2", 422, "invalid_request", "say it once"),
    Bad(
        "a number of many digits",
        f"GET /tasks?limit={MANY_DIGITS}",
        422,
        "invalid_request",
        "does not fit: limit",
    ),
    *(
        Bad(what, f"GET /{noun}?cursor={told}", 422, "invalid_request", "start again without it")
        for noun in ("tasks", "datasets")
        for what, told in CURSORS.items()
    ),
    Bad(
        "a path with a NUL",
        "DELETE /datasets/{dataset}/files/a%00b",
        422,
        "invalid_request",
        "holds a NUL character",
    ),
    Bad(
        "a boundary that is too long",
        "POST /datasets/{dataset}/files",
        422,
        "invalid_request",
        "the form cannot be read",
        b"--",
        (("Content-Type", f"multipart/form-data; boundary={'x' * 5000}"),),
    ),
    Bad(
        "a range behind the end",
        "GET /blobs/{sha256}",
        416,
        "range_not_satisfiable",
        "bytes, and none of them",
        headers=(("Range", "bytes=999999-"),),
    ),
    Bad(
        "the last no bytes",
        "GET /blobs/{sha256}",
        416,
        "range_not_satisfiable",
        "bytes, and none of them",
        headers=(("Range", "bytes=-0"),),
    ),
    Bad("no such address", "GET /nothing", 404, "not_found", "lists what there is"),
    Bad("no such method", "PUT /tasks", 405, "method_not_allowed", "the header Allow names"),
)


@pytest.fixture(scope="module")
def there(quiet_site: Web, sample_folder: Path) -> dict[str, str]:
    """By the words of the table, what is really there, for a member who is not the admin."""
    key = quiet_site.command("key", "--user", f"user {uuid4()}", "--role", "member")
    with client_of(quiet_site, quiet_site.api_key) as admin:
        foreign = waiting_task(admin)
        admin.post(foreign["links"]["cancel"]).raise_for_status()
    with client_of(quiet_site, key) as member:
        analysed: Analysed = analysed_by(quiet_site, member, sample_folder)
        deleted = new_dataset(member)
        member.delete(f"{API}/datasets/{deleted}").raise_for_status()
        running = waiting_task(member)
        asyncio.run(claim_one(quiet_site.settings))
        waiting = waiting_task(member)
    return {
        "key": key,
        "dataset": waiting["dataset_id"],
        "deleted": deleted,
        "foreign": foreign["id"],
        "foreign_dataset": foreign["dataset_id"],
        "completed": analysed.task_id,
        "sha256": analysed.sha256,
        "running": running["id"],
        "waiting": waiting["id"],
    }


async def claim_one(settings: Settings) -> None:
    """As a worker does that then says nothing more."""
    async with open_runtime(settings, connections=3) as runtime:
        (claim,) = await runtime.runs.claim(uuid4(), 1)
        assert claim is not None


@pytest.fixture
def member(quiet_site: Web, there: dict[str, str]) -> Iterator[httpx2.Client]:
    with client_of(quiet_site, there["key"]) as client:
        yield client


def real(told: str, there: dict[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda word: there.get(word[1], word[0]), told)


@pytest.mark.parametrize("bad", ALL, ids=lambda bad: bad.what)
def test_bad_input_has_a_problem_that_says_what_to_do(
    member: httpx2.Client, there: dict[str, str], bad: Bad
) -> None:
    method, _, path = real(bad.asked, there).partition(" ")
    body = None if bad.body is None else real(bad.body.decode("latin-1"), there).encode("latin-1")

    answer = member.request(method, f"{API}{path}", content=body, headers=dict(bad.headers))

    told = answer.json()
    assert answer.headers["content-type"] == problems.MEDIA_TYPE
    assert (answer.status_code, told["status"], told["code"]) == (bad.status,) * 2 + (bad.code,)
    assert told["type"] == f"urn:meanwhile:problem:{bad.code}"
    assert bad.advice in told["detail"]


@pytest.mark.parametrize(
    ("path", "header", "told"),
    [
        ("/blobs/{sha256}", "Range", f"bytes={MANY_DIGITS}-"),
        ("/blobs/{sha256}", "Range", f"bytes=0-{MANY_DIGITS}"),
        ("/blobs/{sha256}", "Range", "lines=1-2"),
        ("/tasks/{completed}/events", "Last-Event-ID", MANY_DIGITS),
    ],
)
def test_a_header_that_makes_no_sense_is_passed_over(
    member: httpx2.Client, there: dict[str, str], path: str, header: str, told: str
) -> None:
    answer = member.get(f"{API}{real(path, there)}", headers={header: told})

    assert answer.status_code == 200


def test_ranges_that_are_not_there_are_left_out(
    member: httpx2.Client, there: dict[str, str]
) -> None:
    blob = f"{API}/blobs/{there['sha256']}"

    answer = member.get(blob, headers={"Range": "bytes=0-1, 999999-"})

    assert (answer.status_code, answer.content) == (206, member.get(blob).content[:2])


def test_bytes_that_a_client_has_are_not_sent_again_however_it_says_so(
    member: httpx2.Client, there: dict[str, str]
) -> None:
    tags = f'"other", W/"{there["sha256"]}"'

    answer = member.get(f"{API}/blobs/{there['sha256']}", headers={"If-None-Match": tags})

    assert (answer.status_code, answer.content) == (304, b"")


def test_an_origin_that_is_none_acts_for_nobody(quiet_site: Web) -> None:
    token = quiet_site.sign_in_path().partition("#")[2]
    headers = {"Origin": "http://["}

    answer = httpx2.post(f"{quiet_site.url}{API}/session", json={"token": token}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.fixture
def crashing() -> Generator[TestClient]:
    """An app of one route that fails as nobody expected, with all that is around ours."""

    async def crash(_: Request) -> Response:
        raise LookupError

    app = Starlette(
        routes=[Route("/", crash)],
        middleware=middleware([PAGE]),
        exception_handlers=problems.HANDLERS,
    )
    with TestClient(app) as client:
        yield client


def test_a_page_of_an_allowed_origin_can_read_that_something_went_wrong(
    crashing: TestClient,
) -> None:
    answer = crashing.get("/", headers={"Origin": PAGE})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_problem_has_its_row_and_every_row_its_problem() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\d+) \|", (ROOT / "docs/problems.md").read_text(), re.MULTILINE
    )

    assert [*rows] == sorted(rows)
    assert {code: int(status) for code, status in rows} == known_problems()


def known_problems() -> dict[str, int]:
    """Those of our own, and those that are told without one."""
    source = Path(problems.__file__).read_text()
    told = re.findall(r"\bproblem\(\s*(\d+),\s*\"(\w+)\"", source)
    return (
        {kind.code: kind.status for kind in kinds(MeanwhileError)}
        | {code: status for status, code in problems.CODES.items()}
        | {code: int(status) for status, code in told}
    )


def kinds(kind: type[MeanwhileError]) -> Sequence[type[MeanwhileError]]:
    """All below it that the service has."""
    return [
        one
        for below in kind.__subclasses__()
        if below.__module__.startswith("service.")
        for one in (below, *kinds(below))
    ]


def test_every_problem_of_an_operation_is_known() -> None:
    told: dict[str, Any] = openapi(OPERATIONS, CATALOGUE, "1")["paths"]
    codes = {
        (code, int(status))
        for methods in told.values()
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if problems.MEDIA_TYPE in answer.get("content", {})
        for code in answer["description"].split(" or ")
        if code.islower()
    }

    assert codes <= set(known_problems().items())


def test_headers_that_pages_may_read_are_explained() -> None:
    documented = {name for names in OF_PROBLEMS.values() for name in names} | {
        name for one in OPERATIONS for names in one.told.values() for name in names
    }

    assert documented == set(MEANINGS)
    assert set(TOLD) <= documented
