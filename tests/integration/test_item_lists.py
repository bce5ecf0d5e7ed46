"""Lists of items: by label, split and issue, page by page."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.integration.bringing import black, finished, items, jpeg, sent, zip_of
from tests.integration.test_api import API, imported


def test_labels_and_splits_say_how_many_items_have_them(
    client: httpx2.Client, dataset_id: str
) -> None:
    for path in ("train/cats/1.jpg", "train/dogs/1.jpg", "test/cats/2.jpg", "3.jpg"):
        client.put(f"{API}/datasets/{dataset_id}/files/{path}", content=jpeg(len(path)))
    client.delete(f"{API}/datasets/{dataset_id}/files/train/dogs/1.jpg")

    told = client.get(f"{API}/datasets/{dataset_id}/labels").json()

    assert told == {"labels": {"cats": 2}, "splits": {"test": 1, "train": 1}, "tags": {}}


def test_labels_come_from_a_list_and_analyses_hold_on_to_their_items(
    client: httpx2.Client, dataset_id: str, sample_folder: Path
) -> None:
    finished(client, imported(client, dataset_id, sample_folder))
    asked = {"type": "image_analysis", "dataset_id": dataset_id}
    finished(client, client.post(f"{API}/tasks", json=asked).json())
    worst = items(client, dataset_id, issue="dark", limit="1")[0]
    listing = f"path,label,group\n{worst['path']},night,a\nnowhere.jpg,x,y\n"

    task = sent(client, dataset_id, "labels", listing.encode())

    result = client.get(task["links"]["result"]).json()
    assert (result["changed"], result["skipped"]) == (1, 1)
    assert result["skipped_items"][0]["code"] == "item_not_found"
    (labelled,) = items(client, dataset_id, label="night")
    assert (labelled["path"], labelled["group"]) == (worst["path"], "a")
    assert items(client, dataset_id, issue="dark", limit="1")[0]["score"] == worst["score"]
    analyses = client.get(f"{API}/datasets/{dataset_id}").json()["analyses"]
    (analysis,) = [one for one in analyses if one["type"] == "image_analysis"]
    assert (analysis["standing"], analysis["stale_items"]) == ("stale", 1)


def test_pages_of_an_issue_meet_every_item_once_though_labels_have_changed(
    client: httpx2.Client, dataset_id: str
) -> None:
    paths = [f"{n}.png" for n in range(4)]
    sent(client, dataset_id, "archive", zip_of(dict.fromkeys(paths, black())))
    asked = {"type": "image_analysis", "dataset_id": dataset_id}
    finished(client, client.post(f"{API}/tasks", json=asked).json())
    listing = "\n".join(["path,label", *(f"{path},night" for path in paths)])
    sent(client, dataset_id, "labels", listing.encode())

    seen = [item["path"] for item in all_items(client, dataset_id, issue="dark", limit="1")]

    assert sorted(seen) == paths


def test_pages_of_items_meet_every_item_once(client: httpx2.Client, dataset_id: str) -> None:
    files = {f"{n:03}.jpg": b"%d" % n for n in range(25)}
    sent(client, dataset_id, "archive", zip_of(files))

    for sort, expected in (("path", sorted(files)), ("-path", sorted(files, reverse=True))):
        seen = [item["path"] for item in all_items(client, dataset_id, limit="7", sort=sort)]
        assert seen == expected


def test_items_of_some_ids_come_in_the_order_asked_even_if_they_were_changed_since(
    client: httpx2.Client, dataset_id: str
) -> None:
    sent(client, dataset_id, "archive", zip_of({f"{n}.jpg": jpeg(n) for n in range(4)}))
    ids = {item["path"]: item["id"] for item in items(client, dataset_id)}
    sent(client, dataset_id, "labels", b"path,label\n2.jpg,night\n")
    asked = [ids["3.jpg"], ids["0.jpg"], ids["2.jpg"], 10**17, ids["3.jpg"]]

    told = items(client, dataset_id, ids=",".join(map(str, asked)))

    assert [item["path"] for item in told] == ["3.jpg", "0.jpg", "2.jpg"]
    assert [item["id"] for item in told] == asked[:3]
    assert told[2]["label"] is None


def test_items_of_another_dataset_are_not_told_by_their_ids(
    client: httpx2.Client, dataset_id: str
) -> None:
    other = client.post(f"{API}/datasets", json={"name": f"set {uuid4()}"}).json()["id"]
    sent(client, other, "archive", zip_of({"a.jpg": jpeg(1)}))
    (foreign,) = items(client, other)

    assert items(client, dataset_id, ids=str(foreign["id"])) == []


@pytest.mark.parametrize(
    "query",
    [{"ids": "1,x"}, {"ids": ",".join(["1"] * 201)}, {"ids": ""}, {"ids": "1", "label": "cats"}],
)
def test_ids_that_are_none_too_many_or_mixed_with_filters_are_refused(
    client: httpx2.Client, dataset_id: str, query: dict[str, str]
) -> None:
    answer = client.get(f"{API}/datasets/{dataset_id}/items", params=query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"] == "ids"


def all_items(client: httpx2.Client, dataset_id: str, **query: str) -> list[dict[str, Any]]:
    """What all pages have, one after the other."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(f"{API}/datasets/{dataset_id}/items", params=query | cursor).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
