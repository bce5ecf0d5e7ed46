"""Bringing data in, for tests: what is sent, and what is there then."""

import io
import tarfile
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

from service.db.blobs import Blobs
from service.db.items import Items
from service.domain.datasets import Dataset, NewItem
from service.domain.users import User
from service.runtime import Runtime
from tests.integration.test_api import API
from tests.pictures import photograph


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


def folder_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def finished(client: httpx2.Client, task: dict[str, Any]) -> dict[str, Any]:
    with client.stream("GET", task["links"]["events"]) as answer:
        for _ in answer.iter_lines():
            pass
    return client.get(task["links"]["self"]).json()


def sent(client: httpx2.Client, dataset_id: str, what: str, data: bytes) -> dict[str, Any]:
    answer = client.post(f"{API}/datasets/{dataset_id}/{what}", content=data)
    assert answer.status_code == 202, answer.text
    return finished(client, answer.json())


def items(client: httpx2.Client, dataset_id: str, **query: str) -> list[dict[str, Any]]:
    return client.get(f"{API}/datasets/{dataset_id}/items", params=query).json()["items"]


async def put(runtime: Runtime, user: User, dataset: Dataset, data: bytes) -> None:
    async def body() -> AsyncGenerator[bytes]:
        yield data

    async with runtime.uploads.receive(user, dataset.id, 0) as receiving:
        await receiving.take("a.bin", body())
        await runtime.uploads.add(dataset.id, receiving.taken)


async def add_blobs(runtime: Runtime, dataset: Dataset, count: int, *, size_bytes: int = 0) -> None:
    """Items whose bytes are nowhere."""
    new = [NewItem(f"{n}.bin", n.to_bytes(32), size_bytes) for n in range(count)]
    await Blobs(runtime.database).reserve(new)
    await Items(runtime.database).add(dataset.id, new)
