"""Every way in: what comes is there once, what is interrupted leaves nothing."""

import asyncio
import hashlib
import io
import tarfile
import zipfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import orjson
import pytest
from PIL import Image

from service.db.blobs import Blobs
from service.db.labels import label_items
from service.domain.datasets import Dataset, ItemQuery, Kind, Place, Visibility
from service.domain.tasks import Status
from service.domain.users import User
from service.messaging import keys
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from service.usecases.uploads import QuotaExceeded
from tests.conftest import Site
from tests.eventually import eventually
from tests.integration.conftest import ended as task_ended
from tests.integration.conftest import has_log_line, import_folder, running_worker
from tests.integration.solo import submit
from tests.integration.test_api import API, imported
from tests.pictures import photograph


@pytest.fixture
def client(site: Site) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=30) as opened:
        yield opened


@pytest.fixture
def dataset(client: httpx2.Client) -> str:
    return client.post(f"{API}/datasets", json={"name": f"set {uuid4()}"}).json()["id"]


def jpeg(seed: int) -> bytes:
    stream = io.BytesIO()
    photograph(seed, (80, 60)).save(stream, "JPEG")
    return stream.getvalue()


def black() -> bytes:
    Image.new("RGB", (80, 60)).save(stream := io.BytesIO(), "PNG")
    return stream.getvalue()


def tar_of(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload] - a mode that is told
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return stream.getvalue()


def zip_of(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def ended(client: httpx2.Client, task: dict[str, Any]) -> dict[str, Any]:
    with client.stream("GET", task["links"]["events"]) as answer:
        for _ in answer.iter_lines():
            pass
    return client.get(task["links"]["self"]).json()


def sent(client: httpx2.Client, dataset: str, what: str, data: bytes) -> dict[str, Any]:
    answer = client.post(f"{API}/datasets/{dataset}/{what}", content=data)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json())


def items(client: httpx2.Client, dataset: str, **query: str) -> list[dict[str, Any]]:
    return client.get(f"{API}/datasets/{dataset}/items", params=query).json()["items"]


def all_items(client: httpx2.Client, dataset: str, **query: str) -> list[dict[str, Any]]:
    """What all pages have, one after the other."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get(f"{API}/datasets/{dataset}/items", params=query | cursor).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def test_a_file_is_put_under_its_path_and_read_again_in_ranges(
    client: httpx2.Client, dataset: str
) -> None:
    data = jpeg(1)
    url = f"{API}/datasets/{dataset}/files/train/cats/1.jpg"

    first, again = client.put(url, content=data), client.put(url, content=data)

    assert (first.status_code, again.status_code) == (201, 200)
    (item,) = items(client, dataset)
    assert (item["path"], item["label"], item["split"]) == ("train/cats/1.jpg", "cats", "train")
    blob = f"{API}/blobs/{hashlib.sha256(data).hexdigest()}"
    part = client.get(blob, headers={"Range": "bytes=2-5"})
    whole = client.get(blob)
    assert (part.status_code, part.content) == (206, data[2:6])
    assert (whole.content, whole.headers["content-type"]) == (data, "image/jpeg")
    beyond = client.get(blob, headers={"Range": "bytes=99999-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")
    assert client.get(blob, headers={"Range": "bytes=5-2"}).content == data
    assert client.get(blob, headers={"Range": "bytes=-3"}).content == data[-3:]
    seen = client.get(blob, headers={"If-None-Match": whole.headers["etag"]})
    assert seen.status_code == 304


def test_labels_and_splits_say_how_many_items_have_them(
    client: httpx2.Client, dataset: str
) -> None:
    for path in ("train/cats/1.jpg", "train/dogs/1.jpg", "test/cats/2.jpg", "3.jpg"):
        client.put(f"{API}/datasets/{dataset}/files/{path}", content=jpeg(len(path)))
    client.delete(f"{API}/datasets/{dataset}/files/train/dogs/1.jpg")

    told = client.get(f"{API}/datasets/{dataset}/labels").json()

    assert told == {"labels": {"cats": 2}, "splits": {"test": 1, "train": 1}}


def test_an_item_says_when_it_has_a_thumbnail(client: httpx2.Client, dataset: str) -> None:
    client.put(f"{API}/datasets/{dataset}/files/1.jpg", content=jpeg(977))
    before = items(client, dataset)

    asked = {"type": "image_analysis", "dataset_id": dataset}
    ended(client, client.post(f"{API}/tasks", json=asked).json())

    assert [item["thumbnail"] for item in before + items(client, dataset)] == [False, True]


def test_what_is_no_picture_is_only_to_be_saved(client: httpx2.Client, dataset: str) -> None:
    data = b"<script>alert(1)</script>"
    client.put(f"{API}/datasets/{dataset}/files/page.jpg", content=data)

    answer = client.get(f"{API}/blobs/{hashlib.sha256(data).hexdigest()}")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_files_of_a_form_join_in_one_version_and_bad_names_are_told(
    client: httpx2.Client, dataset: str
) -> None:
    files = [("files", ("a.jpg", jpeg(2))), ("files", ("../b.jpg", jpeg(3)))]

    told = client.post(f"{API}/datasets/{dataset}/files", files=files).json()

    assert told["version"] == 1
    assert [file["path"] for file in told["added"]] == ["a.jpg"]
    assert [(file["path"], file["code"]) for file in told["skipped"]] == [
        ("../b.jpg", "invalid_path")
    ]


def test_the_same_files_again_change_no_version(client: httpx2.Client, dataset: str) -> None:
    files = [("files", ("a.jpg", jpeg(2)))]

    versions = [
        client.post(f"{API}/datasets/{dataset}/files", files=files).json()["version"]
        for _ in range(3)
    ]

    assert versions == [1, 1, 1]


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_an_archive_is_unpacked_into_items(client: httpx2.Client, dataset: str, pack: Any) -> None:
    files = {f"label {n % 3}/{n}.jpg": jpeg(n) for n in range(30)}

    task = sent(client, dataset, "archive", pack(files | {"../up.jpg": b"x"}))

    result = client.get(task["links"]["result"]).json()
    assert (task["status"], task["partial"]) == ("completed", False)
    assert (result["added"], result["skipped"], result["damage"]) == (30, 1, None)
    assert {item["path"] for item in items(client, dataset)} == set(files)
    assert len(items(client, dataset, label="label 1")) == 10


def test_a_cut_archive_keeps_what_could_be_read_and_says_so(
    client: httpx2.Client, dataset: str
) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(30)}

    task = sent(client, dataset, "archive", tar_of(files, "w")[:30_000])

    result = client.get(task["links"]["result"]).json()
    assert (task["status"], task["partial"]) == ("completed", True)
    assert 0 < result["added"] < 30
    assert result["damage"]


def test_what_is_no_archive_fails_its_task_and_says_why(
    client: httpx2.Client, dataset: str
) -> None:
    task = sent(client, dataset, "archive", b"this is no archive")

    assert (task["status"], task["error"]["code"]) == ("failed", "not_an_archive")


@pytest.mark.parametrize(
    "files", [{}, {"../a.jpg": b"x", "/b.jpg": b"y"}], ids=["empty", "all outside"]
)
def test_an_archive_that_brings_nothing_fails_and_says_why(
    client: httpx2.Client, dataset: str, files: dict[str, bytes]
) -> None:
    task = sent(client, dataset, "archive", zip_of(files))

    assert (task["status"], task["error"]["code"]) == ("failed", "nothing_taken")
    result = client.get(task["links"]["result"]).json()
    assert task["error"]["detail"] in result["detail"]


def test_labels_come_from_a_list_and_analyses_hold_on_to_their_items(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    ended(client, imported(client, dataset, sample_folder))
    asked = {"type": "image_analysis", "dataset_id": dataset}
    ended(client, client.post(f"{API}/tasks", json=asked).json())
    worst = items(client, dataset, issue="dark", limit="1")[0]
    listing = f"path,label,group\n{worst['path']},night,a\nnowhere.jpg,x,y\n"

    task = sent(client, dataset, "labels", listing.encode())

    result = client.get(task["links"]["result"]).json()
    assert (result["changed"], result["skipped"]) == (1, 1)
    assert result["skipped_items"][0]["code"] == "item_not_found"
    (labelled,) = items(client, dataset, label="night")
    assert (labelled["path"], labelled["group"]) == (worst["path"], "a")
    assert items(client, dataset, issue="dark", limit="1")[0]["score"] == worst["score"]
    (analysis,) = client.get(f"{API}/datasets/{dataset}").json()["analyses"]
    assert (analysis["standing"], analysis["stale_items"]) == ("stale", 1)


def test_pages_of_an_issue_meet_every_item_once_though_labels_have_changed(
    client: httpx2.Client, dataset: str
) -> None:
    paths = [f"{n}.png" for n in range(4)]
    sent(client, dataset, "archive", zip_of(dict.fromkeys(paths, black())))
    asked = {"type": "image_analysis", "dataset_id": dataset}
    ended(client, client.post(f"{API}/tasks", json=asked).json())
    listing = "\n".join(["path,label", *(f"{path},night" for path in paths)])
    sent(client, dataset, "labels", listing.encode())

    seen = [item["path"] for item in all_items(client, dataset, issue="dark", limit="1")]

    assert sorted(seen) == paths


def test_pages_of_items_meet_every_item_once(client: httpx2.Client, dataset: str) -> None:
    files = {f"{n:03}.jpg": b"%d" % n for n in range(25)}
    sent(client, dataset, "archive", zip_of(files))

    for sort, expected in (("path", sorted(files)), ("-path", sorted(files, reverse=True))):
        seen = [item["path"] for item in all_items(client, dataset, limit="7", sort=sort)]
        assert seen == expected


def test_a_removed_item_is_gone_from_the_newest_version(
    client: httpx2.Client, dataset: str
) -> None:
    url = f"{API}/datasets/{dataset}/files/a.jpg"
    client.put(url, content=jpeg(4))

    removed, again = client.delete(url), client.delete(url)

    assert (removed.status_code, removed.json()) == (200, {"version": 2})
    assert again.json()["code"] == "item_not_found"
    assert items(client, dataset) == []


def test_a_deleted_dataset_is_gone_and_its_name_free(client: httpx2.Client) -> None:
    name = f"set {uuid4()}"
    first = client.post(f"{API}/datasets", json={"name": name}).json()["id"]

    deleted = client.delete(f"{API}/datasets/{first}")

    assert deleted.status_code == 204
    assert client.get(f"{API}/datasets/{first}").json()["code"] == "dataset_not_found"
    assert client.post(f"{API}/datasets", json={"name": name}).status_code == 201


async def test_an_upload_that_is_cut_leaves_nothing_and_can_be_sent_again(
    client: httpx2.Client, dataset: str, site: Site
) -> None:
    path = f"{API}/datasets/{dataset}/files/big.bin"
    incoming = Path(site.settings.storage_url.removeprefix("file://")) / "incoming"

    async def something_is_coming() -> bool:
        return any(incoming.rglob("*"))

    async def nothing_is_left() -> bool:
        return not await something_is_coming()

    address = urlsplit(site.url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n"
        f"Authorization: Bearer {site.api_key}\r\n\r\n".encode()
    )
    writer.write(b"x" * 3_000_000)
    await eventually(something_is_coming)
    writer.transport.abort()

    await eventually(nothing_is_left)
    assert items(client, dataset) == []
    assert client.put(path, content=b"y").status_code == 201


async def put(runtime: Runtime, user: User, dataset: Dataset, data: bytes) -> None:
    async def body() -> AsyncGenerator[bytes]:
        yield data

    async with runtime.uploads.receive(user, dataset.id, 0) as receiving:
        await receiving.take("a.bin", body())
        await runtime.uploads.add(dataset.id, receiving.taken)


async def test_bytes_that_nobody_needs_are_collected_and_come_back_when_sent_again(
    runtime: Runtime, user: User, empty: Dataset
) -> None:
    data = uuid4().bytes
    stored = runtime.storage.blob_path(hashlib.sha256(data).hexdigest())
    await put(runtime, user, empty, data)
    await runtime.removal.collect(timedelta())
    kept = stored.exists()
    await runtime.datasets.remove_item(user, empty.id, "a.bin")

    collected = await runtime.removal.collect(timedelta())
    gone = not stored.exists()
    await put(runtime, user, empty, data)

    assert (kept, collected, gone) == (True, 1, True)
    assert stored.read_bytes() == data
    page = await runtime.datasets.items(user, empty.id, ItemQuery(limit=1))
    assert [item.path for item in page] == ["a.bin"]


async def test_bytes_that_come_back_during_their_collection_are_there(
    runtime: Runtime, user: User, empty: Dataset
) -> None:
    data = uuid4().bytes
    stored = runtime.storage.blob_path(hashlib.sha256(data).hexdigest())
    await put(runtime, user, empty, data)
    await runtime.datasets.remove_item(user, empty.id, "a.bin")
    await runtime.removal.collect()  # starts the time of grace
    blobs, coming = Blobs(runtime.database), asyncio.Event()

    async def remove_late(hashes: Sequence[str]) -> None:
        coming.set()
        await eventually(partial(somebody_waits, runtime))
        for sha256 in hashes:
            runtime.storage.remove_blob(sha256)

    async with asyncio.TaskGroup() as both:
        both.create_task(blobs.collect(grace_seconds=0, limit=10, remove=remove_late))
        await coming.wait()
        both.create_task(put(runtime, user, empty, data))

    assert stored.read_bytes() == data


async def test_an_item_that_a_retryable_task_needs_keeps_its_bytes(
    runtime: Runtime, user: User, empty: Dataset
) -> None:
    data = uuid4().bytes
    await put(runtime, user, empty, data)
    await runtime.tasks.submit(user, Submission("image_analysis", empty.id))
    await runtime.datasets.remove_item(user, empty.id, "a.bin")

    collected = await runtime.removal.collect(timedelta())

    assert collected == 0
    assert runtime.storage.blob_path(hashlib.sha256(data).hexdigest()).exists()


async def test_an_item_that_is_labelled_meanwhile_can_be_removed(
    runtime: Runtime, user: User, empty: Dataset
) -> None:
    await put(runtime, user, empty, b"picture")

    async with runtime.database.pool.acquire() as connection, connection.transaction():
        await label_items(connection, empty.id, {"a.bin": Place("night", None, None)})
        removing = asyncio.create_task(runtime.datasets.remove_item(user, empty.id, "a.bin"))
        await eventually(partial(somebody_waits, runtime))

    assert await removing == 3


async def test_who_watches_a_waiting_task_hears_that_its_dataset_is_deleted(
    runtime: Runtime, user: User, empty: Dataset
) -> None:
    submitted = await runtime.tasks.submit(user, Submission("image_analysis", empty.id))

    await runtime.removal.delete(user, empty.id)

    key = keys.snapshot(submitted.task.id)
    told = await runtime.redis.execute_command("HGET", key, "snapshot")
    assert told is not None
    assert orjson.loads(told)["status"] == "cancelled"


async def test_a_quota_is_told_before_and_while_bytes_come(
    settings: Settings, runtime: Runtime, user: User
) -> None:
    small = settings.model_copy(update={"max_user_bytes": 10})
    async with open_runtime(small, connections=3) as limited:
        dataset = await limited.datasets.create(
            user, NewDataset(f"set {uuid4()}", Kind.IMAGE, Visibility.PRIVATE)
        )

        with pytest.raises(QuotaExceeded):
            await put(limited, user, dataset, b"x" * 11)
        with pytest.raises(QuotaExceeded):
            async with limited.uploads.receive(user, dataset.id, 11):
                pass
        await put(limited, user, dataset, b"x" * 10)

        assert (await limited.uploads.room(user.id)).quota_left_bytes == 0


async def somebody_waits(runtime: Runtime) -> bool:
    return await runtime.database.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def test_a_quota_holds_for_uploads_that_come_at_the_same_time(
    settings: Settings, runtime: Runtime, user: User, empty: Dataset
) -> None:
    small = settings.model_copy(update={"max_user_bytes": 10})

    async def body(data: bytes) -> AsyncGenerator[bytes]:
        yield data

    async with open_runtime(small, connections=3) as limited:
        uploads = limited.uploads
        async with (
            uploads.receive(user, empty.id, 6) as one,
            uploads.receive(user, empty.id, 6) as other,
        ):
            await one.take("one.bin", body(b"1" * 6))
            await other.take("other.bin", body(b"2" * 6))
            await uploads.add(empty.id, one.taken)
            with pytest.raises(QuotaExceeded):
                await uploads.add(empty.id, other.taken)

    assert (await runtime.datasets.find(user, empty.id)).size_bytes == 6


async def test_an_archive_is_unpacked_as_far_as_the_quota_lets_it(
    settings: Settings, runtime: Runtime, user: User, empty: Dataset
) -> None:
    small = settings.model_copy(update={"max_user_bytes": 2500})

    async def body() -> AsyncGenerator[bytes]:
        yield zip_of({f"{n}.jpg": bytes(1000) for n in range(4)}, zipfile.ZIP_DEFLATED)

    async with open_runtime(small, connections=8) as limited, running_worker(limited):
        upload = await limited.uploads.keep(user, empty.id, body(), 0)
        asked = Submission("archive_import", empty.id, params={"upload": str(upload)})
        submitted = await limited.tasks.start(user, asked)
        task = await task_ended(limited, user, submitted.task.id)

    result = await runtime.tasks.result(user, task.id)
    assert (task.status, task.partial) == (Status.COMPLETED, True)
    assert result["added"] == 2
    assert "2500 bytes that its owner may bring" in result["damage"]


async def test_a_folder_is_imported_as_far_as_the_quota_lets_it_and_again_when_full(
    settings: Settings, runtime: Runtime, user: User, empty: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {f"{n}.jpg": bytes([n]) * 1000 for n in range(4)})
    small = settings.model_copy(update={"max_user_bytes": 3000})

    async with open_runtime(small, connections=8) as limited, running_worker(limited):
        first = await import_folder(limited, user, empty, folder)
        (folder / "3.jpg").unlink()
        again = await import_folder(limited, user, empty, folder)

    result = await runtime.tasks.result(user, first.id)
    assert (first.status, first.partial) == (Status.COMPLETED, True)
    assert (result["added"], first.set_aside) == (3, 1)
    reason = await runtime.database.pool.fetchrow("SELECT code, detail FROM set_aside")
    assert tuple(reason.values()) == (
        "quota_exceeded",
        "that would be more than the 3000 bytes that a user may have; 0 are used",
    )
    assert (again.partial, (await runtime.tasks.result(user, again.id))["unchanged"]) == (False, 3)


async def test_a_file_of_a_folder_that_is_too_large_is_skipped(
    settings: Settings, runtime: Runtime, user: User, empty: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {"small.jpg": bytes(10), "large.jpg": bytes(11)})
    strict = settings.model_copy(update={"max_file_bytes": 10})

    async with open_runtime(strict, connections=8) as limited, running_worker(limited):
        task = await import_folder(limited, user, empty, folder)

    result = await runtime.tasks.result(user, task.id)
    assert (result["added"], result["skipped"]) == (1, 1)
    assert result["skipped_items"][0]["code"] == "file_too_large"


async def test_a_folder_is_imported_once_the_disk_has_room_again(
    settings: Settings, runtime: Runtime, user: User, empty: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {"a.jpg": b"a"})
    full = settings.model_copy(update={"spare_bytes": 1 << 60})

    async with open_runtime(full, connections=8) as limited, running_worker(limited):
        submitted = await submit(limited, user, empty, str(folder))
        await eventually(partial(has_log_line, limited, user, submitted.id, "room for 0 more"))
    async with running_worker(runtime):
        task = await task_ended(runtime, user, submitted.id)

    assert (task.status, task.partial) == (Status.COMPLETED, False)
    assert (await runtime.tasks.result(user, task.id))["added"] == 1


def test_where_a_folder_of_the_server_is_is_told_to_nobody(
    client: httpx2.Client, dataset: str, sample_folder: Path
) -> None:
    task = imported(client, dataset, sample_folder)
    seen = client.get(f"{API}/datasets/{dataset}").text
    done = ended(client, task)

    log = client.get(task["links"]["log"]).text
    listed = client.get(f"{API}/tasks", params={"dataset_id": dataset}).text
    assert (task["params"], done["status"]) == ({}, "completed")
    assert [text for text in (seen, log, listed) if str(sample_folder) in text] == []


async def test_a_folder_that_is_gone_by_now_fails_its_task_and_is_not_named(
    runtime: Runtime, user: User, empty: Dataset, tmp_path: Path
) -> None:
    submitted = await submit(runtime, user, empty, str(tmp_path / "gone"))

    async with running_worker(runtime):
        task = await task_ended(runtime, user, submitted.id)

    assert task.error is not None
    assert task.error.code == "folder_not_allowed"
    assert "gone" not in task.error.detail


def folder_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
async def empty(runtime: Runtime, user: User) -> Dataset:
    return await runtime.datasets.create(
        user, NewDataset(f"set {uuid4()}", Kind.IMAGE, Visibility.PRIVATE)
    )
