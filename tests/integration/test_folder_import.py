"""Folders of the server: imported as far as they can be, and named to nobody."""

from pathlib import Path

import httpx2

from service.domain.datasets import Dataset
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from tests.integration.bringing import finished, folder_of
from tests.integration.conftest import ended, import_folder, running_worker
from tests.integration.solo import submit
from tests.integration.test_api import API, imported


async def test_a_file_of_a_folder_that_is_too_large_is_skipped(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {"small.jpg": bytes(10), "large.jpg": bytes(11)})
    strict = settings.model_copy(update={"max_file_bytes": 10})

    async with open_runtime(strict, connections=8) as limited, running_worker(limited):
        task = await import_folder(limited, user, dataset, folder)

    result = await runtime.tasks.result(user, task.id)
    assert (result["added"], result["skipped"]) == (1, 1)
    assert result["skipped_items"][0]["code"] == "file_too_large"


def test_where_a_folder_of_the_server_is_is_told_to_nobody(
    client: httpx2.Client, dataset_id: str, sample_folder: Path
) -> None:
    task = imported(client, dataset_id, sample_folder)
    seen = client.get(f"{API}/datasets/{dataset_id}").text
    done = finished(client, task)

    log = client.get(task["links"]["log"]).text
    listed = client.get(f"{API}/tasks", params={"dataset_id": dataset_id}).text
    assert (task["params"], done["status"]) == ({}, "completed")
    assert [text for text in (seen, log, listed) if str(sample_folder) in text] == []


async def test_a_folder_that_is_gone_by_now_fails_its_task_and_is_not_named(
    runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    submitted = await submit(runtime, user, dataset, str(tmp_path / "gone"))

    async with running_worker(runtime):
        task = await ended(runtime, user, submitted.id)

    assert task.error is not None
    assert task.error.code == "folder_not_allowed"
    assert "gone" not in task.error.detail
