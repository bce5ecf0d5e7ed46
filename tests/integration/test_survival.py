"""What survives: workers are killed in the middle, and everything is there once."""

import io
import json
import os
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from tests.archives import noise
from tests.conftest import Site
from tests.integration.test_api import API, events
from tests.pictures import MANY


def worker_of(site: Site) -> int:
    """The pid of the worker itself, the only child of its supervising parent."""
    told = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(site.worker.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(told.stdout.split()[0])


def kill_at(site: Site, client: httpx2.Client, task: dict[str, Any], done: int) -> None:
    """Kill -9 of the worker as soon as so many images are done."""
    with client.stream("GET", task["links"]["events"]) as answer:
        for line in answer.iter_lines():
            if '"done":' in line and f'"total":{MANY}' in line:
                told = json.loads(line.removeprefix("data: "))
                if told["current_step"] == "features" and told["metadata"]["done"] >= done:
                    os.kill(worker_of(site), signal.SIGKILL)
                    return
    raise AssertionError("the task ended before the worker could be killed")


def test_a_killed_worker_costs_no_image_and_counts_none_twice(site: Site, many: Path) -> None:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=60) as client:
        dataset = client.post(f"{API}/datasets", json={"name": f"many {uuid4()}"}).json()["id"]
        imported = client.post(f"{API}/datasets/{dataset}/import", json={"path": str(many)})
        events(client, imported.json()["links"]["events"])
        asked = {"type": "image_analysis", "dataset_id": dataset}
        task = client.post(f"{API}/tasks", json=asked).json()

        kill_at(site, client, task, done=20)
        last = events(client, task["links"]["events"])[-1][1]

        assert last["status"] == "completed"
        assert last["metadata"]["stages"][0]["done"] == MANY
        result = client.get(task["links"]["result"]).json()
        assert (result["items"], result["analysed"]) == (MANY, MANY)
        lines = client.get(task["links"]["log"]).json()["items"]
        assert any("its worker died" in line["message"] for line in lines)


def test_an_archive_goes_on_where_a_killed_worker_stopped(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.api_key}"}
    files = {f"{n % 7}/{n}.bin": noise(4_000, n) for n in range(3_000)}
    with httpx2.Client(base_url=site.url, headers=headers, timeout=60) as client:
        dataset = client.post(f"{API}/datasets", json={"name": f"tar {uuid4()}"}).json()["id"]
        task = client.post(f"{API}/datasets/{dataset}/archive", content=tar_of(files)).json()

        kill_when_items_come(site, client, dataset)
        last = events(client, task["links"]["events"])[-1][1]

        assert (last["status"], last["partial"]) == ("completed", False)
        result = client.get(task["links"]["result"]).json()
        assert (result["files"], result["skipped"]) == (len(files), 0)
        told = client.get(f"{API}/datasets/{dataset}").json()
        assert (told["items"], told["size_bytes"]) == (len(files), 4_000 * len(files))
        assert task["params"]["upload"] not in [path.name for path in stored(site, "uploads")]


def tar_of(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, data in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return stream.getvalue()


def kill_when_items_come(site: Site, client: httpx2.Client, dataset: str) -> None:
    while not client.get(f"{API}/datasets/{dataset}").json()["items"]:
        pass
    os.kill(worker_of(site), signal.SIGKILL)


def stored(site: Site, folder: str) -> Iterator[Path]:
    return (Path(site.settings.storage_url.removeprefix("file://")) / folder).iterdir()
