"""Ingest: an archive of small files into a dataset, against unpacking and hashing the same."""

import asyncio
import io
import shutil
import subprocess
import tarfile
import time
from collections.abc import AsyncGenerator
from pathlib import Path

from service.domain.datasets import Dataset, Kind, Visibility
from service.domain.users import Role, User
from service.runtime import Runtime
from service.usecases.datasets import NewDataset
from service.usecases.tasks import Submission
from tests.archives import noise
from tests.benchmarks.figure import Figure
from tests.benchmarks.working import working
from tests.integration.conftest import ended, running_worker

ROUNDS = 3
FILES = 10_000
THEIRS = "tar -xf {archive} && find . -type f -print0 | xargs -0 sha256sum > /dev/null"


async def measure(folder: Path) -> list[Figure]:
    """Wall time from the submission to the end of the task, alternating; a new dataset a round."""
    ours = theirs = float("inf")
    async with working(folder) as runtime, running_worker(runtime) as worker:
        await worker.executor.warm()
        user = await runtime.access.ensure("admin", Role.ADMIN)
        for turn in range(ROUNDS):
            archive = folder / f"{turn}.tar"
            await asyncio.to_thread(_write_archive, archive, turn)
            theirs = min(theirs, await asyncio.to_thread(_unpack, archive, folder / "theirs"))
            dataset = await runtime.datasets.create(
                user, NewDataset(f"bench {turn}", Kind.IMAGE, Visibility.PRIVATE)
            )
            ours = min(ours, await _ingest(runtime, user, dataset, archive))
    name = f"tar -x, sha256sum / ingest, {FILES} files in a tar"
    return [Figure(name, theirs / ours, "", at_least=0.5)]


def _write_archive(path: Path, turn: int) -> None:
    with tarfile.open(path, "w") as archive:
        for n in range(FILES):
            header = tarfile.TarInfo(f"label {n % 10}/{n}.bin")
            data = noise(2_000 + n % 6_000, turn * FILES + n)
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))


def _unpack(archive: Path, target: Path) -> float:
    target.mkdir()
    began = time.monotonic()
    subprocess.run(THEIRS.format(archive=archive), shell=True, cwd=target, check=True)
    seconds = time.monotonic() - began
    shutil.rmtree(target)
    return seconds


async def _ingest(runtime: Runtime, user: User, dataset: Dataset, archive: Path) -> float:
    upload = await runtime.uploads.keep(user, dataset.id, _blocks(archive), 0)
    began = time.monotonic()
    asked = Submission("archive_import", dataset.id, params={"upload": str(upload.id)})
    submitted = await runtime.tasks.start(user, asked)
    task = await ended(runtime, user, submitted.task.id)
    assert task.error is None
    return time.monotonic() - began


async def _blocks(path: Path) -> AsyncGenerator[bytes]:
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, 1 << 20):
            yield block
