"""Tags: many items are marked at once, and stay so whatever becomes of their labels and bytes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from service.usecases.tags import MOST_TAGS
from tests.conftest import Site
from tests.integration.bringing import items, jpeg, sent, zip_of
from tests.integration.test_api import API
from tests.integration.test_events import client_of

PATHS = [f"{n}.jpg" for n in range(4)]


@pytest.fixture
def ids(client: httpx2.Client, dataset_id: str) -> dict[str, int]:
    """The ids of four pictures, by path."""
    sent(client, dataset_id, "archive", zip_of({path: jpeg(1) for path in PATHS}))
    return {item["path"]: item["id"] for item in items(client, dataset_id)}


def tag(
    client: httpx2.Client, dataset_id: str, item_ids: Sequence[int], **changes: list[str]
) -> httpx2.Response:
    asked: dict[str, Any] = {"item_ids": list(item_ids), **changes}
    return client.post(f"{API}/datasets/{dataset_id}/tags", json=asked)


def tags_of(client: httpx2.Client, dataset_id: str) -> dict[str, list[str]]:
    return {item["path"]: item["tags"] for item in items(client, dataset_id) if item["tags"]}


def counted(client: httpx2.Client, dataset_id: str) -> dict[str, int]:
    return client.get(f"{API}/datasets/{dataset_id}/labels").json()["tags"]


def test_items_have_the_tags_that_were_added_and_not_those_that_were_removed(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    first, second, third, _ = ids.values()
    tag(client, dataset_id, [first, second], add=["odd", " night "])

    answer = tag(client, dataset_id, [second, third, 10**17], add=["odd"], remove=["night"])

    assert (answer.status_code, answer.json()) == (200, {"items": 2})
    assert tags_of(client, dataset_id) == {
        "0.jpg": ["night", "odd"],
        "1.jpg": ["odd"],
        "2.jpg": ["odd"],
    }
    assert counted(client, dataset_id) == {"night": 1, "odd": 3}
    assert [item["path"] for item in items(client, dataset_id, tag="night")] == ["0.jpg"]


def test_a_tag_that_no_item_has_any_more_is_gone(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    tag(client, dataset_id, list(ids.values()), add=["odd"])

    tag(client, dataset_id, list(ids.values()), remove=["odd"])

    assert counted(client, dataset_id) == {}
    assert items(client, dataset_id, tag="odd") == []


def test_tags_stay_with_new_labels_and_new_bytes_and_make_no_version(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    before = client.get(f"{API}/datasets/{dataset_id}").json()["version"]
    tag(client, dataset_id, [ids["0.jpg"], ids["1.jpg"]], add=["odd"])
    after = client.get(f"{API}/datasets/{dataset_id}").json()["version"]

    sent(client, dataset_id, "labels", b"path,label\n0.jpg,dogs\n")
    client.put(f"{API}/datasets/{dataset_id}/files/1.jpg", content=jpeg(2)).raise_for_status()

    assert after == before
    assert tags_of(client, dataset_id) == {"0.jpg": ["odd"], "1.jpg": ["odd"]}


def test_an_id_of_before_new_labels_stands_for_the_item_as_long_as_its_bytes_are_the_same(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    sent(client, dataset_id, "labels", b"path,label\n0.jpg,dogs\n")
    client.put(f"{API}/datasets/{dataset_id}/files/1.jpg", content=jpeg(2)).raise_for_status()

    answer = tag(client, dataset_id, [ids["0.jpg"], ids["1.jpg"]], add=["odd"])

    assert answer.json() == {"items": 1}
    assert tags_of(client, dataset_id) == {"0.jpg": ["odd"]}


def test_too_many_tags_change_nothing(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    for start in range(0, MOST_TAGS, 20):
        names = [f"tag {n}" for n in range(start, start + 20)]
        tag(client, dataset_id, [ids["0.jpg"]], add=names).raise_for_status()

    answer = tag(client, dataset_id, [ids["1.jpg"]], add=["one more", "tag 1"])

    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_tags")
    assert len(counted(client, dataset_id)) == MOST_TAGS
    assert set(tags_of(client, dataset_id)) == {"0.jpg"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"add": ["  "]}, "invalid_tag"),
        ({"add": ["a\nb"]}, "invalid_tag"),
        ({"add": ["x" * 101]}, "invalid_request"),
        ({"item_ids": []}, "invalid_request"),
        ({"item_ids": [1] * 100_001}, "invalid_request"),
    ],
)
def test_what_is_no_tag_or_too_much_is_refused(
    client: httpx2.Client, dataset_id: str, changes: dict[str, Any], code: str
) -> None:
    asked = {"item_ids": [1], **changes}

    answer = client.post(f"{API}/datasets/{dataset_id}/tags", json=asked)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_only_who_may_change_a_dataset_may_mark_its_items(
    site: Site, client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    client.patch(f"{API}/datasets/{dataset_id}", json={"visibility": "everyone"})
    key = site.command("key", "--user", f"user {uuid4()}", "--role", "member")

    with client_of(site, key) as other:
        answer = tag(other, dataset_id, list(ids.values()), add=["mine"])

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert counted(client, dataset_id) == {}
