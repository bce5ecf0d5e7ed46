"""Subsets: datasets of chosen items of another."""

from uuid import uuid4

import httpx2
import pytest

from service.domain.datasets import Dataset, ItemQuery
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.subsets import NewSubset
from service.usecases.uploads import QuotaExceeded
from tests.conftest import Site
from tests.integration.bringing import finished, items, jpeg, put, sent, zip_of
from tests.integration.test_api import API
from tests.integration.test_events import client_of

PATHS = ["train/cats/1.jpg", "train/dogs/2.jpg", "test/cats/3.jpg", "4.jpg"]


@pytest.fixture
def ids(client: httpx2.Client, dataset_id: str) -> dict[str, int]:
    """The ids of four pictures, by path."""
    files = {path: jpeg(seed) for seed, path in enumerate(PATHS)}
    sent(client, dataset_id, "archive", zip_of(files))
    return {item["path"]: item["id"] for item in items(client, dataset_id)}


def subset(
    client: httpx2.Client, dataset_id: str, item_ids: list[int], name: str = ""
) -> httpx2.Response:
    asked = {"name": name or f"set {uuid4()}", "item_ids": item_ids}
    return client.post(f"{API}/datasets/{dataset_id}/subsets", json=asked)


def test_a_subset_has_the_items_as_they_are_and_shares_their_bytes(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    chosen = [ids[PATHS[2]], ids[PATHS[0]], ids[PATHS[0]], 10**17]
    sent(client, dataset_id, "labels", f"path,label\n{PATHS[0]},tigers\n".encode())

    answer = subset(client, dataset_id, chosen)

    assert answer.status_code == 201
    made = answer.json()
    kept = {item["path"]: item for item in items(client, dataset_id)}
    there = {item["path"]: item for item in items(client, made["id"])}
    assert set(there) == {PATHS[0], PATHS[2]}
    for path, item in there.items():
        for name in ("sha256", "label", "split", "size_bytes"):
            assert item[name] == kept[path][name]
    assert there[PATHS[0]]["label"] == "tigers"
    assert (made["version"], made["items"]) == (1, 2)
    assert made["size_bytes"] == sum(item["size_bytes"] for item in there.values())
    assert answer.headers["Location"] == f"{API}/datasets/{made['id']}"


def test_what_is_known_of_items_is_known_in_the_subset(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    asked = {"type": "image_analysis", "dataset_id": dataset_id}
    finished(client, client.post(f"{API}/tasks", json=asked).json())

    made = subset(client, dataset_id, list(ids.values())).json()

    assert [item["thumbnail"] for item in items(client, made["id"])] == [True] * 4


def test_a_subset_outlives_the_dataset_that_it_was_made_of(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    made = subset(client, dataset_id, list(ids.values())).json()

    client.delete(f"{API}/datasets/{dataset_id}").raise_for_status()

    there = items(client, made["id"])
    assert len(there) == 4
    assert client.get(f"{API}/blobs/{there[0]['sha256']}").status_code == 200


def test_a_subset_of_nothing_or_under_a_name_that_is_taken_is_refused(
    client: httpx2.Client, dataset_id: str, ids: dict[str, int]
) -> None:
    name = f"set {uuid4()}"
    subset(client, dataset_id, list(ids.values()), name).raise_for_status()

    taken = subset(client, dataset_id, list(ids.values()), name)
    nothing = subset(client, dataset_id, [10**17])

    assert (taken.status_code, taken.json()["code"]) == (409, "dataset_name_taken")
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no_items_chosen")


@pytest.mark.parametrize(
    ("role", "visibility", "status"),
    [("member", "private", 404), ("member", "everyone", 201), ("viewer", "everyone", 403)],
)
def test_whoever_sees_a_dataset_and_may_create_one_makes_a_subset(
    site: Site,
    client: httpx2.Client,
    dataset_id: str,
    ids: dict[str, int],
    role: str,
    visibility: str,
    status: int,
) -> None:
    client.patch(f"{API}/datasets/{dataset_id}", json={"visibility": visibility})
    user = f"user {uuid4()}"
    key = site.command("key", "--user", user, "--role", role)

    with client_of(site, key) as other:
        answer = subset(other, dataset_id, list(ids.values()))

    assert answer.status_code == status
    if status == 201:
        assert (answer.json()["owner"], answer.json()["visibility"]) == (user, "private")


async def test_the_bytes_of_a_subset_count_for_its_owner(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await put(runtime, user, dataset, b"x" * 6)
    (item,) = await runtime.datasets.items(user, dataset.id, ItemQuery(limit=1))
    new = NewSubset(dataset.id, "half of it", [item.id])

    async with open_runtime(
        settings.model_copy(update={"max_user_bytes": 11}), connections=3
    ) as limited:
        with pytest.raises(QuotaExceeded):
            await limited.subsets.create(user, new)
    made = await runtime.subsets.create(user, new)

    assert made.size_bytes == 6
