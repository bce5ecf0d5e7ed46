"""Datasets as the browser's tests need them, made through the API."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx2
import numpy as np
from PIL import Image

from tests.integration.test_api import API, events

BUSY_FILES = 300
BUSY_PIXELS = (1600, 1200)


@dataclass(frozen=True)
class Datasets:
    """Makes datasets; everything it starts has ended when it returns."""

    client: httpx2.Client

    def empty(self, name: str | None = None) -> str:
        body = {"name": name or f"pictures {uuid4()}"}
        return self.client.post(f"{API}/datasets", json=body).json()["id"]

    def filled(self, folder: Path, name: str | None = None) -> str:
        """With the pictures of a folder."""
        id_ = self.empty(name)
        asked = {"path": str(folder)}
        self.ended(self.client.post(f"{API}/datasets/{id_}/import", json=asked).json())
        return id_

    def busy(self) -> str:
        """With pictures that are small to send, some work to analyse, and that no other has."""
        id_ = self.empty()
        noise = np.random.default_rng().integers(0, 256, (6, 8, 3), dtype=np.uint8)
        smooth = Image.fromarray(noise).resize(BUSY_PIXELS, Image.Resampling.BICUBIC)
        smooth.save(picture := io.BytesIO(), "JPEG", quality=50)
        files = [
            ("files", (f"{n}.jpg", picture.getvalue() + str(n).encode())) for n in range(BUSY_FILES)
        ]
        self.client.post(f"{API}/datasets/{id_}/files", files=files).raise_for_status()
        return id_

    def put(self, id_: str, path: str, data: bytes) -> None:
        self.client.put(f"{API}/datasets/{id_}/files/{path}", content=data).raise_for_status()

    def analysed(self, id_: str) -> None:
        self.done(id_, "image_analysis")

    def grouped(self, id_: str) -> None:
        self.done(id_, "clustering")

    def done(self, id_: str, type_: str) -> None:
        asked = {"type": type_, "dataset_id": id_}
        self.ended(self.client.post(f"{API}/tasks", json=asked).json())

    def cancel(self, id_: str) -> None:
        """Ends what still runs, so that the next test has the worker for itself."""
        for task in self.client.get(f"{API}/datasets/{id_}").json()["running"]:
            self.client.post(task["links"]["cancel"])

    def listed(self, id_: str) -> str:
        """The address of a list that has this one alone, however many there are by now."""
        name = self.client.get(f"{API}/datasets/{id_}").json()["name"]
        return f"/?{urlencode({'q': name})}"

    def newest_task(self, id_: str) -> dict[str, Any]:
        return self.client.get(f"{API}/tasks", params={"dataset_id": id_}).json()["items"][0]

    def ended(self, task: dict[str, Any]) -> None:
        """Waits for a task that must complete."""
        assert events(self.client, task["links"]["events"])[-1][1]["status"] == "completed"
