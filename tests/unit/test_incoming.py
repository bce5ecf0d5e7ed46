"""Incoming bytes: a file says that it is whole only if it is."""

import hashlib
from pathlib import Path

import pytest

from service.storage.incoming import HashedFile
from tests.full_disk import limited_file_size


def test_a_file_has_the_bytes_that_its_hash_is_of(tmp_path: Path) -> None:
    file = HashedFile(tmp_path / "new")

    for block in (b"some", b"", b"more" * 100_000):
        file.write(block)
    file.close()

    data = file.path.read_bytes()
    assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).digest())


def test_a_block_of_which_the_disk_takes_only_a_part_is_an_error(tmp_path: Path) -> None:
    file = HashedFile(tmp_path / "new")

    with limited_file_size(1000), pytest.raises(OSError, match="File too large"):
        file.write(b"x" * 1500)

    file.close()
