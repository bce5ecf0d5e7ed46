"""Archives: every file comes out as it went in, and nothing else does any harm."""

import hashlib
import os
import random
import tarfile
import tracemalloc
import zipfile
from io import RawIOBase
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest

from service.compute.archives import BATCH_ENTRIES, unpack
from service.errors import Unreadable
from tests.archive_cases import (
    BAD_ENTRIES,
    BROKEN,
    CASES,
    GOOD,
    KOREAN,
    LIMITS,
    NAMES,
    OK,
    UNSAFE,
    Case,
)
from tests.archives import Tarred, Zipped, noise, tar_file, zip_file
from tests.full_disk import limited_file_size


class Unpacked:
    """What came of an archive: batches of rows, the code that it ended with, and its files."""

    def __init__(self, folder: Path, data: bytes, *, skip: int = 0, **limits: int) -> None:
        archive, self.target = folder / "archive", folder / f"target {skip}"
        archive.write_bytes(data)
        self.target.mkdir()
        self.batches: list[dict[str, Any]] = []
        self.code = None
        item = {"path": str(archive), "target": str(self.target), "skip": skip}
        try:
            self.batches.extend(unpack(item, {**LIMITS, **limits}))
        except Unreadable as error:
            self.code = error.code

    @property
    def rows(self) -> list[list[Any]]:
        return [row for batch in self.batches for row in batch["entries"]]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        return [(name, problem[0] if problem else OK) for _, name, problem, *_ in self.rows]

    @property
    def contents(self) -> dict[str, bytes]:
        return {row[1]: (self.target / row[3]).read_bytes() for row in self.rows}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_archive_comes_to_what_it_is(case: Case, tmp_path: Path) -> None:
    unpacked = Unpacked(tmp_path, case.data(), **case.limits)

    assert unpacked.outcomes == list(case.entries)
    assert unpacked.code == case.ends


@pytest.mark.parametrize(
    "case", [*BAD_ENTRIES.values(), *BROKEN.values()], ids=[*BAD_ENTRIES, *BROKEN]
)
def test_only_whole_files_are_left_behind(case: Case, tmp_path: Path) -> None:
    unpacked = Unpacked(tmp_path, case.data(), **case.limits)

    left = {file.name: file.read_bytes() for file in unpacked.target.iterdir()}
    assert {(name, sha256(data), len(data)) for name, data in left.items()} == {
        (file, digest, size) for *_, file, digest, size in unpacked.rows if file
    }


@pytest.mark.parametrize("case", [*NAMES.values(), *UNSAFE.values()], ids=[*NAMES, *UNSAFE])
def test_what_is_told_is_json(case: Case, tmp_path: Path) -> None:
    batches = Unpacked(tmp_path, case.data()).batches

    assert orjson.loads(orjson.dumps(batches)) == batches


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_tarfile_packs_comes_out(
    mode: Literal["w", "w:gz"], form: int, pictures: Path, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "packed", mode, format=form) as archive:
        for name in contents(pictures):
            archive.add(pictures / name, arcname=name)

    assert_same(tmp_path / "packed", pictures)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_what_zipfile_packs_comes_out(method: int, pictures: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed", "w", method) as archive:
        for name in contents(pictures):
            archive.write(pictures / name, name)

    assert_same(tmp_path / "packed", pictures)


def test_a_zip_that_was_written_to_a_pipe_comes_out(pictures: Path, tmp_path: Path) -> None:
    with (
        open(tmp_path / "packed", "wb") as file,
        zipfile.ZipFile(Pipe(file.fileno()), "w") as archive,
    ):
        for name in contents(pictures):
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write((pictures / name).read_bytes())

    assert_same(tmp_path / "packed", pictures)


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_what_was_done_before_is_not_done_again(kind: str, tmp_path: Path) -> None:
    whole = Unpacked(tmp_path, GOOD[kind].data())

    rest = Unpacked(tmp_path, GOOD[kind].data(), skip=1)

    assert rest.rows == whole.rows[1:]
    assert [file.name for file in rest.target.iterdir()] == ["1"]


def test_what_was_done_before_counts_towards_the_limit(tmp_path: Path) -> None:
    data = GOOD["zip"].data()

    assert Unpacked(tmp_path, data, skip=1, max_expanded_bytes=5999).code == "archive_too_large"


@pytest.mark.parametrize(
    ("room", "code"), [("quota_left_bytes", "quota_exceeded"), ("free_bytes", "storage_full")]
)
def test_only_what_is_new_takes_room(room: str, code: str, tmp_path: Path) -> None:
    data = GOOD["zip"].data()
    whole = Unpacked(tmp_path, data)
    rest = sum(row[5] for row in whole.rows[1:])

    assert Unpacked(tmp_path, data, skip=1, **{room: rest}).rows == whole.rows[1:]
    assert Unpacked(tmp_path / "target 1", data, skip=1, **{room: rest - 1}).code == code


def test_batches_are_small_and_tell_how_far_it_is(tmp_path: Path) -> None:
    data = tar_file(*[Tarred(b"%d" % n) for n in range(500)])

    batches = Unpacked(tmp_path, data, max_entries=500).batches

    sizes = [len(batch["entries"]) for batch in batches]
    assert max(sizes) <= BATCH_ENTRIES
    assert sum(sizes) == 500
    assert [batch["done"] for batch in batches] == sorted(batch["done"] for batch in batches)
    assert batches[-1]["done"] == 1


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_an_archive_cut_anywhere_gives_what_was_whole(kind: str, tmp_path: Path) -> None:
    data = GOOD[kind].data()
    whole = GOOD[kind].entries

    for end in range(4, len(data), 397):
        (tmp_path / str(end)).mkdir()
        cut = Unpacked(tmp_path / str(end), data[:end])
        assert cut.code in ("archive_damaged", "not_an_archive") or end > len(data) - 1024
        assert cut.outcomes == whole[: len(cut.rows)]


@pytest.mark.parametrize("kind", ["zip", "zip, bzip2", "zip64", "tar", "tar.gz", "tar, pax size"])
def test_whatever_is_changed_it_is_unreadable_at_worst(kind: str, tmp_path: Path) -> None:
    dice = random.Random(kind)
    data = GOOD[kind].data()

    for n in range(40):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 20)):
            changed[dice.choice((-1, 1)) * dice.randrange(min(len(data), 700))] = dice.randrange(
                256
            )
        (tmp_path / str(n)).mkdir()
        unpacked = Unpacked(tmp_path / str(n), bytes(changed))
        assert all(len(row) == 6 for row in unpacked.rows)


def test_a_disk_that_takes_no_more_is_not_the_archives_fault(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(GOOD["zip"].data())
    item = {"path": str(tmp_path / "archive"), "target": str(tmp_path / "target"), "skip": 0}
    (tmp_path / "target").mkdir()

    with limited_file_size(1000), pytest.raises(OSError, match="File too large"):
        list(unpack(item, dict(LIMITS)))

    assert not list((tmp_path / "target").iterdir())


def test_memory_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    few, many = (zip_file(*[Zipped(b"%d.jpg" % n) for n in range(count)]) for count in (100, 5000))

    assert peak(many, tmp_path / "many") < peak(few, tmp_path / "few") + (2 << 20)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Files of all sizes in two folders."""
    folder = tmp_path / "pictures"
    for n, size in enumerate([0, 1, 511, 512, 513, 65_536, 1 << 20, (1 << 20) + 1, 3_000_000]):
        file = folder / f"label {n % 2}" / f"{KOREAN}-{n}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(noise(size, n))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def assert_same(archive: Path, folder: Path) -> None:
    unpacked = Unpacked(archive.parent, archive.read_bytes())

    assert unpacked.code is None
    assert unpacked.contents == contents(folder)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def peak(data: bytes, folder: Path) -> int:
    """Bytes that Python held at most while a zip was unpacked."""
    folder.mkdir()
    (folder / "archive").write_bytes(data)
    item = {"path": str(folder / "archive"), "target": str(folder), "skip": 0}
    tracemalloc.start()
    try:
        for _ in unpack(item, {**LIMITS, "max_entries": 10_000}):
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


class Pipe(RawIOBase):
    """A file to which one can only append."""

    def __init__(self, file: int) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        return os.write(self._file, data)

    def writable(self) -> bool:
        return True
