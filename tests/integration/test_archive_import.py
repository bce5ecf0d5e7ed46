"""Archives: their files become items, and what is wrong with one is said."""

from typing import Any

import httpx2
import pytest

from tests.integration.bringing import items, jpeg, sent, tar_of, zip_of


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_an_archive_is_unpacked_into_items(
    client: httpx2.Client, dataset_id: str, pack: Any
) -> None:
    files = {f"label {n % 3}/{n}.jpg": jpeg(n) for n in range(30)}

    task = sent(client, dataset_id, "archive", pack(files | {"../up.jpg": b"x"}))

    result = client.get(task["links"]["result"]).json()
    assert (task["status"], task["partial"]) == ("completed", False)
    assert (result["added"], result["skipped"], result["damage"]) == (30, 1, None)
    assert {item["path"] for item in items(client, dataset_id)} == set(files)
    assert len(items(client, dataset_id, label="label 1")) == 10


def test_a_cut_archive_keeps_what_could_be_read_and_says_so(
    client: httpx2.Client, dataset_id: str
) -> None:
    files = {f"{n}.jpg": jpeg(n) for n in range(30)}

    task = sent(client, dataset_id, "archive", tar_of(files, "w")[:30_000])

    result = client.get(task["links"]["result"]).json()
    assert (task["status"], task["partial"]) == ("completed", True)
    assert 0 < result["added"] < 30
    assert result["damage"]


def test_what_is_no_archive_fails_its_task_and_says_why(
    client: httpx2.Client, dataset_id: str
) -> None:
    task = sent(client, dataset_id, "archive", b"this is no archive")

    assert (task["status"], task["error"]["code"]) == ("failed", "not_an_archive")


@pytest.mark.parametrize(
    "files", [{}, {"../a.jpg": b"x", "/b.jpg": b"y"}], ids=["empty", "all outside"]
)
def test_an_archive_that_brings_nothing_fails_and_says_why(
    client: httpx2.Client, dataset_id: str, files: dict[str, bytes]
) -> None:
    task = sent(client, dataset_id, "archive", zip_of(files))

    assert (task["status"], task["error"]["code"]) == ("failed", "nothing_taken")
    result = client.get(task["links"]["result"]).json()
    assert task["error"]["detail"] in result["detail"]
