"""Uploads: what comes is there once, what is interrupted leaves nothing."""

import asyncio
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from tests.conftest import Site
from tests.eventually import eventually
from tests.integration.bringing import finished, items, jpeg
from tests.integration.test_api import API


def test_a_file_is_put_under_its_path_and_read_again_in_ranges(
    client: httpx2.Client, dataset_id: str
) -> None:
    data = jpeg(1)
    url = f"{API}/datasets/{dataset_id}/files/train/cats/1.jpg"

    first, again = client.put(url, content=data), client.put(url, content=data)

    assert (first.status_code, again.status_code) == (201, 200)
    (item,) = items(client, dataset_id)
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


def test_an_item_says_when_it_has_a_thumbnail(client: httpx2.Client, dataset_id: str) -> None:
    client.put(f"{API}/datasets/{dataset_id}/files/1.jpg", content=jpeg(977))
    before = items(client, dataset_id)

    asked = {"type": "image_analysis", "dataset_id": dataset_id}
    finished(client, client.post(f"{API}/tasks", json=asked).json())

    assert [item["thumbnail"] for item in before + items(client, dataset_id)] == [False, True]


def test_what_is_no_picture_is_only_to_be_saved(client: httpx2.Client, dataset_id: str) -> None:
    data = b"<script>alert(1)</script>"
    client.put(f"{API}/datasets/{dataset_id}/files/page.jpg", content=data)

    answer = client.get(f"{API}/blobs/{hashlib.sha256(data).hexdigest()}")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_files_of_a_form_join_in_one_version_and_bad_names_are_told(
    client: httpx2.Client, dataset_id: str
) -> None:
    files = [("files", ("a.jpg", jpeg(2))), ("files", ("../b.jpg", jpeg(3)))]

    told = client.post(f"{API}/datasets/{dataset_id}/files", files=files).json()

    assert told["version"] == 1
    assert [file["path"] for file in told["added"]] == ["a.jpg"]
    assert [(file["path"], file["code"]) for file in told["skipped"]] == [
        ("../b.jpg", "invalid_path")
    ]


def test_the_same_files_again_change_no_version(client: httpx2.Client, dataset_id: str) -> None:
    files = [("files", ("a.jpg", jpeg(2)))]

    versions = [
        client.post(f"{API}/datasets/{dataset_id}/files", files=files).json()["version"]
        for _ in range(3)
    ]

    assert versions == [1, 1, 1]


async def test_an_upload_that_is_cut_leaves_nothing_and_can_be_sent_again(
    client: httpx2.Client, dataset_id: str, site: Site
) -> None:
    path = f"{API}/datasets/{dataset_id}/files/big.bin"
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
    assert items(client, dataset_id) == []
    assert client.put(path, content=b"y").status_code == 201
