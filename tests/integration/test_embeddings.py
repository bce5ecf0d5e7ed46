"""Embeddings that somebody brings: through HTTP into a clustering, and what is refused."""

import asyncio
import io
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import numpy as np
import pytest

from service.domain.chunks import ClaimedChunk
from service.domain.datasets import Dataset
from service.domain.tasks import Status
from service.domain.users import User
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.conftest import Site
from tests.eventually import eventually
from tests.integration.bringing import finished, jpeg, sent, zip_of
from tests.integration.test_api import API
from tests.integration.test_events import somebody

EACH = 12


def npz(**arrays: Any) -> bytes:
    np.savez(stream := io.BytesIO(), **arrays)
    return stream.getvalue()


def paths(kind: str) -> list[str]:
    return [f"{kind}/{n}.jpg" for n in range(EACH)]


def directions(counts: tuple[int, int], axes: tuple[int, int] = (0, 1)) -> np.ndarray:
    """Rows that point along one axis or the other, each with a length of its own."""
    rng = np.random.default_rng(3)
    axis = np.repeat(axes, counts)
    rows = np.eye(16)[axis] + rng.normal(0, 0.02, (sum(counts), 16))
    return (rows * rng.uniform(0.1, 50, (sum(counts), 1))).astype(np.float32)


def brought(client: httpx2.Client, dataset_id: str, name: str, data: bytes) -> dict[str, Any]:
    answer = client.put(f"{API}/datasets/{dataset_id}/embeddings/{name}", content=data)
    assert answer.status_code == 202, answer.text
    return finished(client, answer.json())


def asked(client: httpx2.Client, dataset_id: str, **params: Any) -> httpx2.Response:
    body = {"type": "clustering", "dataset_id": dataset_id, "params": params}
    return client.post(f"{API}/tasks", json=body)


def clustered(client: httpx2.Client, dataset_id: str, **params: Any) -> dict[str, Any]:
    answer = asked(client, dataset_id, clusters=2, method="kmeans", **params)
    assert answer.status_code in (200, 202), answer.text
    task = finished(client, answer.json())
    assert task["status"] == "completed", task["error"]
    return client.get(task["links"]["result"]).json()


def groups(result: dict[str, Any]) -> list[set[str]]:
    return [
        {item["path"].partition("/")[0] for item in card["examples"] + card["outliers"]}
        for card in result["cards"]
    ]


@pytest.fixture
def pictures(client: httpx2.Client, dataset_id: str) -> str:
    """A dataset whose folders cannot be told apart by what its pictures look like."""
    files = {path: jpeg(n) for n, path in enumerate(paths("a") + paths("b"))}
    sent(client, dataset_id, "archive", zip_of(files))
    return dataset_id


def test_images_are_grouped_by_the_directions_of_the_vectors_that_were_brought(
    client: httpx2.Client, pictures: str
) -> None:
    data = npz(ids=np.array(paths("a") + paths("b")), vectors=directions((EACH, EACH)))

    task = brought(client, pictures, "clip", data)

    told = client.get(task["links"]["result"]).json()
    assert (told["kept"], told["unknown"], told["dimensions"]) == (2 * EACH, 0, 16)
    (listed,) = client.get(f"{API}/datasets/{pictures}/embeddings").json()["items"]
    assert (listed["name"], listed["vectors"], listed["id"]) == ("clip", 2 * EACH, task["id"])
    result = clustered(client, pictures, embeddings="clip")
    assert groups(result) in ([{"a"}, {"b"}], [{"b"}, {"a"}])
    assert result["structure"] == "clear"
    assert result["embeddings"] == {
        "id": task["id"],
        "name": "clip",
        "dimensions": 16,
        "similarity": "cosine",
        "without_vector": 0,
    }


def test_items_without_a_vector_and_ids_without_an_item_are_counted(
    client: httpx2.Client, pictures: str
) -> None:
    ids = [*paths("a"), *paths("b")[:-2], "gone.jpg", "../x.jpg"]

    task = brought(
        client, pictures, "clip", npz(ids=np.array(ids), vectors=directions((EACH, EACH)))
    )

    told = client.get(task["links"]["result"]).json()
    assert (told["kept"], told["unknown"]) == (2 * EACH - 2, 2)
    assert told["unknown_ids"] == ["gone.jpg", "../x.jpg"]
    result = clustered(client, pictures, embeddings="clip")
    assert (result["items"], result["clustered"]) == (2 * EACH, 2 * EACH - 2)
    assert result["embeddings"]["without_vector"] == 2
    assert "without_vector" in [note["code"] for note in result["notes"]]


def test_vectors_that_replace_others_are_grouped_anew(client: httpx2.Client, pictures: str) -> None:
    ids = np.array(paths("a") + paths("b"))
    brought(client, pictures, "clip", npz(ids=ids, vectors=directions((EACH, EACH))))
    first = clustered(client, pictures, embeddings="clip")
    again = asked(client, pictures, clusters=2, method="kmeans", embeddings="clip")

    second = brought(client, pictures, "clip", npz(ids=ids, vectors=directions((4, 20))))

    assert again.status_code == 200
    result = clustered(client, pictures, embeddings="clip")
    assert sorted(card["size"] for card in first["cards"]) == [EACH, EACH]
    assert sorted(card["size"] for card in result["cards"]) == [4, 20]
    assert result["embeddings"]["id"] == second["id"]
    assert len(client.get(f"{API}/datasets/{pictures}/embeddings").json()["items"]) == 1


def test_a_clustering_of_vectors_that_were_replaced_is_stale(
    client: httpx2.Client, pictures: str
) -> None:
    def standing() -> tuple[str, int]:
        told = client.get(f"/eda/{pictures}/status").json()["analyses"]["clustering"]
        return told["status"], told["stale_items"]

    both = npz(ids=np.array(paths("a") + paths("b")), vectors=directions((EACH, EACH)))
    brought(client, pictures, "clip", both)
    clustered(client, pictures, embeddings="clip")
    fresh = standing()
    brought(client, pictures, "other", both)
    beside = standing()

    brought(client, pictures, "clip", npz(ids=np.array(paths("a")), vectors=directions((EACH, 0))))

    assert (fresh, beside, standing()) == (("fresh", 0), ("fresh", 0), ("stale", EACH))
    clustered(client, pictures, embeddings="clip")
    assert standing() == ("fresh", 0)


def test_a_new_label_keeps_the_vector_of_an_item_and_new_bytes_lose_it(
    client: httpx2.Client, pictures: str
) -> None:
    ids = np.array(paths("a") + paths("b"))
    brought(client, pictures, "clip", npz(ids=ids, vectors=directions((EACH, EACH))))
    sent(client, pictures, "labels", b"path,label\na/0.jpg,x\n")
    client.put(f"{API}/datasets/{pictures}/files/a/1.jpg", content=jpeg(999)).raise_for_status()

    result = clustered(client, pictures, embeddings="clip")

    assert (result["clustered"], result["embeddings"]["without_vector"]) == (2 * EACH - 1, 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"this is no archive", "embeddings_damaged"),
        (npz(ids=np.array(["a/0.jpg"]), vectors=np.full((1, 4), np.nan)), "not_finite"),
        (npz(ids=np.array(["a/0.jpg"] * 2), vectors=np.ones((2, 4))), "duplicate_ids"),
        (npz(ids=np.array(["x.jpg"]), vectors=np.ones((1, 4))), "no_known_ids"),
        (npz(vectors=np.ones((1, 4))), "embeddings_malformed"),
    ],
)
def test_a_bad_file_fails_its_task_says_why_and_leaves_what_was_there(
    client: httpx2.Client, pictures: str, data: bytes, code: str
) -> None:
    good = npz(ids=np.array(paths("a")), vectors=directions((EACH, 0)))
    there = brought(client, pictures, "clip", good)

    task = brought(client, pictures, "clip", data)

    assert (task["status"], task["error"]["code"]) == ("failed", code)
    listed = client.get(f"{API}/datasets/{pictures}/embeddings").json()["items"]
    assert [each["id"] for each in listed] == [there["id"]]


def test_embeddings_that_are_not_there_are_a_problem(client: httpx2.Client, pictures: str) -> None:
    answer = asked(client, pictures, embeddings="nonsense")

    assert (answer.status_code, answer.json()["code"]) == (404, "embeddings_not_found")


def test_a_name_that_is_none_is_refused_before_a_byte_is_kept(
    client: httpx2.Client, dataset_id: str
) -> None:
    answer = client.put(f"{API}/datasets/{dataset_id}/embeddings/a%20b", content=b"x")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_name")


def test_a_dataset_has_embeddings_under_eight_names_at_most(
    client: httpx2.Client, dataset_id: str
) -> None:
    client.put(f"{API}/datasets/{dataset_id}/files/a.jpg", content=jpeg(1)).raise_for_status()
    data = npz(ids=np.array(["a.jpg"]), vectors=np.ones((1, 4)))
    for n in range(8):
        assert brought(client, dataset_id, f"n{n}", data)["status"] == "completed"

    ninth = client.put(f"{API}/datasets/{dataset_id}/embeddings/n8", content=data)

    assert (ninth.status_code, ninth.json()["code"]) == (422, "too_many_embeddings")
    assert brought(client, dataset_id, "n7", data)["status"] == "completed"


def test_embeddings_are_deleted_by_who_may_change_the_dataset(
    site: Site, client: httpx2.Client, pictures: str
) -> None:
    client.patch(f"{API}/datasets/{pictures}", json={"visibility": "everyone"}).raise_for_status()
    brought(client, pictures, "clip", npz(ids=np.array(paths("a")), vectors=np.ones((EACH, 4))))
    used = client.get(f"{API}/room").json()["used_bytes"]
    url = f"{API}/datasets/{pictures}/embeddings/clip"

    with somebody(site, "member") as other:
        refused = other.delete(url)
    deleted, again = client.delete(url), client.delete(url)

    assert (refused.status_code, deleted.status_code) == (403, 204)
    assert (again.status_code, again.json()["code"]) == (404, "embeddings_not_found")
    assert client.get(f"{API}/datasets/{pictures}/embeddings").json()["items"] == []
    assert client.get(f"{API}/room").json()["used_bytes"] == used - EACH * 4 * 2


async def read(runtime: Runtime, user: User, dataset: Dataset) -> ClaimedChunk:
    """The chunk of an import that has read all vectors and not ended yet."""
    params = {"upload": str(uuid4()), "name": "clip"}
    await runtime.tasks.start(user, Submission("embedding_import", dataset.id, params=params))
    (claim,) = await runtime.runs.claim(uuid4(), 1)
    chunk = claim.chunk
    await runtime.embeddings.begin(chunk.task_id, dataset.id, "clip")
    await runtime.embeddings.count(chunk.task_id, 16, chunk.fence)
    return chunk


async def shown(runtime: Runtime, dataset: Dataset) -> list[UUID]:
    return [each.id for each in await runtime.embeddings.of(dataset.id)]


async def test_embeddings_are_shown_with_the_end_of_their_task(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    first = await read(runtime, user, dataset)
    before = await shown(runtime, dataset)
    await runtime.runs.finish(first, {})
    after = await shown(runtime, dataset)
    second = await read(runtime, user, dataset)
    between = await shown(runtime, dataset)
    await runtime.runs.finish(second, {})

    assert (before, after, between) == ([], [first.task_id], [first.task_id])
    assert await shown(runtime, dataset) == [second.task_id]


async def test_of_two_of_a_name_that_end_at_once_one_is_shown(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    old, *both = [await read(runtime, user, dataset) for _ in range(3)]
    await runtime.runs.finish(old, {})
    pool = runtime.database.pool

    async def both_wait() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return await pool.fetchval(f"{waiting} AND datname = current_database()") == len(both)

    async with pool.acquire() as other, other.transaction():
        await other.execute("SELECT FROM embeddings WHERE id = $1 FOR UPDATE", old.task_id)
        finishing = [asyncio.create_task(runtime.runs.finish(each, {})) for each in both]
        await eventually(both_wait)
    await asyncio.gather(*finishing)

    (last,) = await shown(runtime, dataset)
    assert last in {each.task_id for each in both}


async def test_what_is_cancelled_before_its_end_shows_nothing_and_replaces_nothing(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    first = await read(runtime, user, dataset)
    await runtime.runs.finish(first, {})
    second = await read(runtime, user, dataset)

    await runtime.tasks.cancel(user, second.task_id)
    await runtime.runs.stop(second)
    late = await runtime.runs.finish(second, {})

    assert (await runtime.tasks.find(user, second.task_id)).status is Status.CANCELLED
    assert late is None
    assert await shown(runtime, dataset) == [first.task_id]


async def test_a_run_that_is_superseded_shows_nothing(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    chunk = await read(runtime, user, dataset)
    older = replace(chunk, fence=replace(chunk.fence, run=chunk.fence.run - 1))

    counted = await runtime.embeddings.count(chunk.task_id, 32, older.fence)
    finished = await runtime.runs.finish(older, {})

    assert (counted, finished, await shown(runtime, dataset)) == (0, None, [])
