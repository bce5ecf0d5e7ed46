"""The contract: whatever is sent, the answer is one that the OpenAPI document promises.

CONTRACT_EXAMPLES=200 sends that many random requests to every operation, other ones each time.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zlib import crc32

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case, Config, openapi
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from service.api.app import OPERATIONS
from service.api.examples import path_examples
from service.api.openapi import openapi as document
from service.catalog.catalogue import CATALOGUE
from tests.conftest import Web
from tests.integration.test_api import API
from tests.integration.test_events import client_of
from tests.integration.test_examples import Analysed, analysed_by
from tests.integration.test_stream_tickets import waiting_task

RANDOM = "CONTRACT_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "4"))
ENDLESS = "stream_active"
"""Its stream lasts ten minutes; what it tells is seen elsewhere (test_events.py)."""
SHA256 = re.compile(r"[0-9a-f]{64}")
LONGEST_WAIT_SECONDS = 0.05
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
]
SCHEMA = openapi.from_dict(
    document(OPERATIONS, CATALOGUE, "1"),
    config=Config.from_dict(
        {"generation": {"mode": "all", "allow-x00": True, "max-examples": EXAMPLES}}
    ),
).exclude(operation_id=ENDLESS)
each_operation: Callable[[Any], Any] = SCHEMA.parametrize()
SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
asked = settings(
    max_examples=EXAMPLES,
    derandomize=not RANDOM,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, *SLOW],
)


@dataclass(frozen=True)
class Things:
    """What a member has; a waiting and a cancelled task are made anew for every operation."""

    dataset_id: str
    analysed: Analysed
    waiting: str
    cancelled: str

    def task_for(self, name: str) -> str:
        """One that has ended where somebody may wait for its end."""
        changes = {"retry_task": self.cancelled}
        changes |= dict.fromkeys(("cancel_task", "change_task"), self.waiting)
        return changes.get(name, self.analysed.task_id)


@pytest.fixture(scope="module")
def member(quiet_site: Web) -> str:
    """The key of whom everything belongs to."""
    return quiet_site.command("key", "--user", f"user {uuid4()}", "--role", "member")


@pytest.fixture(scope="module")
def analysed(quiet_site: Web, member: str, sample_folder: Path) -> Analysed:
    with client_of(quiet_site, member) as client:
        return analysed_by(quiet_site, client, sample_folder)


@pytest.fixture
def things(quiet_site: Web, member: str, analysed: Analysed) -> Things:
    with client_of(quiet_site, member) as client:
        waiting, cancelled = waiting_task(client), waiting_task(client)
        client.post(cancelled["links"]["cancel"]).raise_for_status()
    return Things(waiting["dataset_id"], analysed, waiting["id"], cancelled["id"])


@pytest.fixture
def keys(quiet_site: Web, member: str) -> tuple[str, str]:
    return member, quiet_site.api_key


@each_operation
@asked
def test_every_answer_is_documented(
    case: Case[Any], quiet_site: Web, things: Things, keys: tuple[str, str]
) -> None:
    make_real(case, things)
    key = keys[crc32(repr((case.path_parameters, case.query, case.body)).encode()) % 2]
    answer = case.call(quiet_site.url, headers={"Authorization": f"Bearer {key}"}, timeout=20)

    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("name", [one.name for one in OPERATIONS if not one.public])
def test_nobody_is_told_anything(quiet_site: Web, name: str) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == name)
    path = operation.path.replace(":path}", "}").format(**path_examples(operation))

    answer = httpx2.request(operation.method, f"{quiet_site.url}{path}")

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_document_that_is_checked_is_the_one_that_is_served(quiet_site: Web) -> None:
    served = httpx2.get(f"{quiet_site.url}{API}/openapi.json").json()

    assert served == document(OPERATIONS, CATALOGUE, served["info"]["version"])


@pytest.mark.parametrize("part", ["result", "export", "report", "map"])
def test_whatever_tells_a_result_says_that_it_may_be_gone(part: str) -> None:
    paths = document(OPERATIONS, CATALOGUE, "1")["paths"]

    told = paths[f"{API}/tasks/{{id}}/{part}"]["get"]["responses"]

    assert "result_forgotten" in told["410"]["description"]


def make_real(case: Case[Any], things: Things) -> None:
    """What could be there is there: a random id would end most requests with 404."""
    name = case.operation.definition.raw["operationId"]
    told = case.path_parameters
    if is_id(told.get("id")):
        told["id"] = things.task_for(name) if "/tasks/" in case.path else things.dataset_id
    if SHA256.fullmatch(str(told.get("sha256"))):
        told["sha256"] = things.analysed.sha256
    if isinstance(case.query.get("wait"), int | float):
        case.query["wait"] = min(case.query["wait"], LONGEST_WAIT_SECONDS)
    if name == "submit_task" and isinstance(case.body, dict) and is_id(case.body.get("dataset_id")):
        known = {"type": "image_analysis"} if isinstance(case.body.get("type"), str) else {}
        case.body = {**case.body, **known, "dataset_id": things.dataset_id}


def is_id(told: object) -> bool:
    try:
        UUID(str(told))
    except ValueError:
        return False
    return True
