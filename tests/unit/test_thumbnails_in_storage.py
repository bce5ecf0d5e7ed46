"""Thumbnails in storage: what is there already is left alone, and a blob may be its own."""

from pathlib import Path

import pytest

from service.storage.local import LocalStorage

SHA256 = "ab" * 32


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    storage = LocalStorage(tmp_path)
    storage.blob_path(SHA256).parent.mkdir(parents=True)
    storage.blob_path(SHA256).write_bytes(b"a blob")
    return storage


def test_the_same_thumbnail_is_not_written_again(storage: LocalStorage) -> None:
    storage.put_thumbnail(SHA256, b"first")
    before = storage.thumbnail_path(SHA256).stat().st_ino
    storage.put_thumbnail(SHA256, b"first")

    assert storage.thumbnail_path(SHA256).stat().st_ino == before


@pytest.mark.parametrize("other", [b"other", b"first and more", b"fir"])
def test_another_thumbnail_takes_its_place(storage: LocalStorage, other: bytes) -> None:
    storage.put_thumbnail(SHA256, b"first")
    storage.put_thumbnail(SHA256, other)

    assert storage.thumbnail(SHA256) == other


def test_a_blob_is_its_own_thumbnail_once_somebody_says_so(storage: LocalStorage) -> None:
    before = storage.thumbnail(SHA256)
    storage.show_blob_as_thumbnail(SHA256)
    storage.show_blob_as_thumbnail(SHA256)

    assert before is None
    assert storage.thumbnail(SHA256) == b"a blob"


def test_a_thumbnail_that_takes_the_place_of_a_blob_leaves_the_blob_alone(
    storage: LocalStorage,
) -> None:
    storage.show_blob_as_thumbnail(SHA256)
    storage.put_thumbnail(SHA256, b"upright")

    assert storage.thumbnail(SHA256) == b"upright"
    assert storage.blob_path(SHA256).read_bytes() == b"a blob"


def test_a_thumbnail_that_is_there_stays(storage: LocalStorage) -> None:
    storage.put_thumbnail(SHA256, b"upright")
    storage.show_blob_as_thumbnail(SHA256)

    assert storage.thumbnail(SHA256) == b"upright"


def test_where_a_file_has_one_name_only_it_is_copied(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    storage.show_blob_as_thumbnail(SHA256)

    assert storage.thumbnail(SHA256) == b"a blob"


def test_both_are_removed(storage: LocalStorage) -> None:
    storage.show_blob_as_thumbnail(SHA256)
    storage.remove_blob(SHA256)

    assert storage.thumbnail(SHA256) is None
    assert not storage.blob_path(SHA256).exists()
