"""Room: no way in brings more than a user may have, or the disk takes."""

import io
import zipfile
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.tasks import Status, Task
from service.domain.users import User
from service.runtime import Runtime, open_runtime
from service.settings import Settings
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from service.usecases.uploads import QuotaExceeded
from tests.eventually import eventually
from tests.integration.bringing import folder_of, jpeg, put, zip_of
from tests.integration.conftest import ended, has_log_line, import_folder, running_worker
from tests.integration.modelling import modelled
from tests.integration.solo import submit
from tests.onnx_files import write_means


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


async def test_a_quota_holds_for_uploads_that_come_at_the_same_time(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset
) -> None:
    small = settings.model_copy(update={"max_user_bytes": 10})

    async def body(data: bytes) -> AsyncGenerator[bytes]:
        yield data

    async with open_runtime(small, connections=3) as limited:
        uploads = limited.uploads
        async with (
            uploads.receive(user, dataset.id, 6) as one,
            uploads.receive(user, dataset.id, 6) as other,
        ):
            await one.take("one.bin", body(b"1" * 6))
            await other.take("other.bin", body(b"2" * 6))
            await uploads.add(dataset.id, one.taken)
            with pytest.raises(QuotaExceeded):
                await uploads.add(dataset.id, other.taken)

    assert (await runtime.datasets.find(user, dataset.id)).size_bytes == 6


def vectors(*ids: str, dimensions: int) -> bytes:
    """Much smaller than what is kept of them."""
    rows = np.ones((len(ids), dimensions), np.float32)
    np.savez_compressed(stream := io.BytesIO(), ids=np.array(ids), vectors=rows)
    return stream.getvalue()


async def embedded(runtime: Runtime, user: User, dataset: Dataset, data: bytes) -> Task:
    """Embeddings that are brought to a worker of that runtime, named clip."""

    async def body() -> AsyncGenerator[bytes]:
        yield data

    upload = await runtime.uploads.keep(user, dataset.id, body(), 0)
    params = {"upload": str(upload.id), "name": "clip"}
    asked = Submission("embedding_import", dataset.id, params=params)
    submitted = await runtime.tasks.start(user, asked)
    async with running_worker(runtime):
        return await ended(runtime, user, submitted.task.id)


async def test_embeddings_are_room_that_their_owner_uses(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset
) -> None:
    await put(runtime, user, dataset, b"x" * 100)
    data = vectors("a.bin", dimensions=4000)
    less, enough = (
        settings.model_copy(update={"max_user_bytes": 100 + quota}) for quota in (7999, 9000)
    )

    async with open_runtime(less, connections=8) as limited:
        refused = await embedded(limited, user, dataset, data)
    async with open_runtime(enough, connections=8) as limited:
        kept = await embedded(limited, user, dataset, data)
        room = await limited.uploads.room(user.id)
        again = await embedded(limited, user, dataset, data)
        with pytest.raises(QuotaExceeded):
            await put(limited, user, dataset, b"y" * 1101)

    assert refused.error is not None
    assert (refused.status, refused.error.code) == (Status.FAILED, "quota_exceeded")
    assert (kept.status, again.status) == (Status.COMPLETED, Status.COMPLETED)
    assert (room.used_bytes, room.quota_left_bytes) == (8100, 1000)


async def test_what_a_model_has_made_is_kept_until_there_is_room(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {"1.jpg": jpeg(1), "2.jpg": jpeg(2)})
    async with running_worker(runtime):
        await import_folder(runtime, user, dataset, folder)
    files_bytes = (await runtime.datasets.find(user, dataset.id)).size_bytes
    less = settings.model_copy(update={"max_user_bytes": files_bytes + 11})
    model = write_means(tmp_path / "means.onnx")

    async with open_runtime(less, connections=8) as limited:
        task = await modelled(limited, user, dataset, model)
        async with running_worker(limited):
            refused = await ended(limited, user, task.id)
    model.unlink()
    await runtime.tasks.retry(user, task.id)
    async with running_worker(runtime):
        retried = await ended(runtime, user, task.id)

    assert refused.error is not None
    assert refused.error.code == "quota_exceeded"
    assert retried.status is Status.COMPLETED, retried.error
    assert (await runtime.uploads.room(user.id)).used_bytes == files_bytes + 2 * 3 * 2


async def test_an_archive_is_unpacked_as_far_as_the_quota_lets_it(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset
) -> None:
    small = settings.model_copy(update={"max_user_bytes": 2500})

    async def body() -> AsyncGenerator[bytes]:
        yield zip_of({f"{n}.jpg": bytes(1000) for n in range(4)}, zipfile.ZIP_DEFLATED)

    async with open_runtime(small, connections=8) as limited, running_worker(limited):
        upload = await limited.uploads.keep(user, dataset.id, body(), 0)
        asked = Submission("archive_import", dataset.id, params={"upload": str(upload.id)})
        submitted = await limited.tasks.start(user, asked)
        task = await ended(limited, user, submitted.task.id)

    result = await runtime.tasks.result(user, task.id)
    assert (task.status, task.partial) == (Status.COMPLETED, True)
    assert result["added"] == 2
    assert "2500 bytes that its owner may bring" in result["damage"]


async def test_a_folder_is_imported_as_far_as_the_quota_lets_it_and_again_when_full(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {f"{n}.jpg": bytes([n]) * 1000 for n in range(4)})
    small = settings.model_copy(update={"max_user_bytes": 3000})

    async with open_runtime(small, connections=8) as limited, running_worker(limited):
        first = await import_folder(limited, user, dataset, folder)
        (folder / "3.jpg").unlink()
        again = await import_folder(limited, user, dataset, folder)

    result = await runtime.tasks.result(user, first.id)
    assert (first.status, first.partial) == (Status.COMPLETED, True)
    assert (result["added"], first.set_aside) == (3, 1)
    reason = await runtime.database.pool.fetchrow("SELECT code, detail FROM set_aside")
    assert tuple(reason.values()) == (
        "quota_exceeded",
        "that would be more than the 3000 bytes that a user may have; 0 are used",
    )
    assert (again.partial, (await runtime.tasks.result(user, again.id))["unchanged"]) == (False, 3)


async def test_a_folder_is_imported_once_the_disk_has_room_again(
    settings: Settings, runtime: Runtime, user: User, dataset: Dataset, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path, {"a.jpg": b"a"})
    full = settings.model_copy(update={"spare_bytes": 1 << 60})

    async with open_runtime(full, connections=8) as limited, running_worker(limited):
        submitted = await submit(limited, user, dataset, str(folder))
        await eventually(partial(has_log_line, limited, user, submitted.id, "room for 0 more"))
    async with running_worker(runtime):
        task = await ended(runtime, user, submitted.id)

    assert (task.status, task.partial) == (Status.COMPLETED, False)
    assert (await runtime.tasks.result(user, task.id))["added"] == 1
