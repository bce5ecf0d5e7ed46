"""Disk: while storage is full, work waits for room; none of it is lost."""

import subprocess
from collections.abc import Generator
from pathlib import Path
from random import Random

import pytest

from tests.chaos.cases import FULL_DISK
from tests.chaos.outliving import outlive
from tests.chaos.report import Report
from tests.chaos.sites import running_site

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A site's folder whose storage is a small file system of its own."""
    folder = tmp_path_factory.mktemp("small")
    storage = folder / "storage"
    storage.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", storage]).returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", storage], check=True)


async def test_a_full_disk_loses_nothing(small_disk: Path, seeded: Random, report: Report) -> None:
    async with running_site(small_disk) as site:
        await outlive(site, FULL_DISK, seeded, report)
