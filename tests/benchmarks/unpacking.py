"""Unpacking: small files out of archives against tar or unzip, and sha256sum, alternating."""

import gzip
import os
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from service.compute.archives import unpack
from tests.archives import noise
from tests.benchmarks.figure import Figure

ROUNDS = 5
FILES = 10_000
LIMITS = {
    "max_entries": 2 * FILES,
    "max_expanded_bytes": 1 << 40,
    "max_ratio": 100,
    "max_file_bytes": 1 << 30,
    "quota_left_bytes": None,
    "free_bytes": 1 << 40,
}
PACKERS = {"tar": "tar -xf", "tar.gz": "tar -xzf", "zip": "unzip -q"}


def measure(folder: Path) -> list[Figure]:
    """What theirs cost as a share of ours; both write every file, and hash it."""
    _write_archives(folder)
    # in memory where that can be, as a disk takes its own time for either
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else folder) as name:
        return [
            _ratio(folder / f"small.{kind}", Path(name) / "target", command)
            for kind, command in PACKERS.items()
            if shutil.which(command.split()[0])
        ]


def _ratio(archive: Path, target: Path, command: str) -> Figure:
    script = f"{command} {archive} && find . -type f -print0 | xargs -0 sha256sum > /dev/null"
    ours = theirs = float("inf")
    for _ in range(ROUNDS):
        theirs = min(theirs, _cpu_seconds(target, lambda: _run(script, target)))
        ours = min(ours, _cpu_seconds(target, lambda: _unpack(archive, target)))
    name = f"{command.split()[0]}, sha256sum / unpack, {FILES} files, {archive.name}"
    return Figure(name, theirs / ours, "", at_least=0.8)


def _cpu_seconds(target: Path, work: Callable[[], object]) -> float:
    """Of this process and of those that it started, in the kernel too."""
    target.mkdir()
    began = os.times()
    work()
    ended = os.times()
    shutil.rmtree(target)
    return sum(ended[:4]) - sum(began[:4])


def _run(script: str, target: Path) -> None:
    subprocess.run(["sh", "-c", script], cwd=target, check=True)


def _unpack(archive: Path, target: Path) -> None:
    item = {"path": str(archive), "target": str(target), "skip": 0}
    files = sum(len(batch["entries"]) for batch in unpack(item, LIMITS))
    assert files == FILES


def _write_archives(folder: Path) -> None:
    """Files of 2 to 10 KB in a hundred folders; photographs compress as little as noise."""
    for n in range(FILES):
        file = folder / "files" / f"{n % 100:02}" / f"{n:05}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(noise(2000 + n * 7919 % 8000, n))
    with tarfile.open(folder / "small.tar", "w") as archive:
        archive.add(folder / "files", ".")
    with (
        open(folder / "small.tar", "rb") as plain,
        gzip.open(folder / "small.tar.gz", "wb") as file,
    ):
        shutil.copyfileobj(plain, file)
    with zipfile.ZipFile(folder / "small.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted((folder / "files").rglob("*.jpg")):
            archive.write(file, file.relative_to(folder / "files"))
    shutil.rmtree(folder / "files")
