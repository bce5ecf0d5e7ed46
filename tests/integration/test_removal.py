"""Removal: what is taken out is gone, and its bytes go once nobody needs them."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import uuid4

import httpx2
import orjson

from service.db.blobs import Blobs
from service.db.labels import label_items
from service.domain.datasets import Dataset, ItemQuery, Place
from service.domain.users import User
from service.messaging import keys
from service.runtime import Runtime
from service.usecases.tasks import Submission
from tests.eventually import eventually
from tests.integration.bringing import items, jpeg, put
from tests.integration.test_api import API


def test_a_removed_item_is_gone_from_the_newest_version(
    client: httpx2.Client, dataset_id: str
) -> None:
    url = f"{API}/datasets/{dataset_id}/files/a.jpg"
    client.put(url, content=jpeg(4))

    removed, again = client.delete(url), client.delete(url)

    assert (removed.status_code, removed.json()) == (200, {"version": 2})
    assert again.json()["code"] == "item_not_found"
    assert items(client, dataset_id) == []


def test_a_deleted_dataset_is_gone_and_its_name_free(client: httpx2.Client) -> None:
    name = f"set {uuid4()}"
    first = client.post(f"{API}/datasets", json={"name": name}).json()["id"]

    deleted = client.delete(f"{API}/datasets/{first}")

    assert deleted.status_code == 204
    assert client.get(f"{API}/datasets/{first}").json()["code"] == "dataset_not_found"
    assert client.post(f"{API}/datasets", json={"name": name}).status_code == 201


async def test_bytes_that_nobody_needs_are_collected_and_come_back_when_sent_again(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    data = uuid4().bytes
    stored = runtime.storage.blob_path(hashlib.sha256(data).hexdigest())
    await put(runtime, user, dataset, data)
    await runtime.removal.collect(timedelta())
    kept = stored.exists()
    await runtime.datasets.remove_item(user, dataset.id, "a.bin")

    collected = await runtime.removal.collect(timedelta())
    gone = not stored.exists()
    await put(runtime, user, dataset, data)

    assert (kept, collected, gone) == (True, 1, True)
    assert stored.read_bytes() == data
    page = await runtime.datasets.items(user, dataset.id, ItemQuery(limit=1))
    assert [item.path for item in page] == ["a.bin"]


async def test_bytes_that_come_back_during_their_collection_are_there(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    data = uuid4().bytes
    stored = runtime.storage.blob_path(hashlib.sha256(data).hexdigest())
    await put(runtime, user, dataset, data)
    await runtime.datasets.remove_item(user, dataset.id, "a.bin")
    await runtime.removal.collect(timedelta(days=1))  # starts the time of grace
    blobs, coming = Blobs(runtime.database), asyncio.Event()

    async def remove_late(hashes: Sequence[str]) -> None:
        coming.set()
        await eventually(partial(somebody_waits, runtime))
        for sha256 in hashes:
            runtime.storage.remove_blob(sha256)

    async with asyncio.TaskGroup() as both:
        both.create_task(blobs.collect(grace_seconds=0, limit=10, remove=remove_late))
        await coming.wait()
        both.create_task(put(runtime, user, dataset, data))

    assert stored.read_bytes() == data


async def test_an_item_that_a_retryable_task_needs_keeps_its_bytes(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    data = uuid4().bytes
    await put(runtime, user, dataset, data)
    await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))
    await runtime.datasets.remove_item(user, dataset.id, "a.bin")

    collected = await runtime.removal.collect(timedelta())

    assert collected == 0
    assert runtime.storage.blob_path(hashlib.sha256(data).hexdigest()).exists()


async def test_an_item_that_is_labelled_meanwhile_can_be_removed(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await put(runtime, user, dataset, b"picture")

    async with runtime.database.pool.acquire() as connection, connection.transaction():
        await label_items(connection, dataset.id, {"a.bin": Place("night", None, None)})
        removing = asyncio.create_task(runtime.datasets.remove_item(user, dataset.id, "a.bin"))
        await eventually(partial(somebody_waits, runtime))

    assert await removing == 3


async def test_who_watches_a_waiting_task_hears_that_its_dataset_is_deleted(
    runtime: Runtime, user: User, dataset: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", dataset.id))

    await runtime.removal.delete(user, dataset.id)
    await runtime.runs.telling.told()

    key = keys.snapshot(submitted.task.id)
    told = await runtime.redis.execute_command("HGET", key, "snapshot")
    assert told is not None
    assert orjson.loads(told)["status"] == "cancelled"


async def somebody_waits(runtime: Runtime) -> bool:
    return await runtime.database.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
