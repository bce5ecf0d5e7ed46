"""Thumbnails in storage: what is there already is left alone, and tiny pictures are their own."""

from pathlib import Path

import pytest

from service.domain.image_features import OWN_THUMBNAIL_BYTES
from service.storage.local import LocalStorage

SHA256 = "ab" * 32
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


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


@pytest.mark.parametrize(
    ("blob", "own"),
    [
        (PNG + bytes(OWN_THUMBNAIL_BYTES - len(PNG)), True),
        (PNG + bytes(OWN_THUMBNAIL_BYTES - len(PNG) + 1), False),
        (b"<svg onload='alert(1)'>", False),
        (b"", False),
    ],
)
def test_only_a_tiny_picture_is_its_own(storage: LocalStorage, blob: bytes, own: bool) -> None:
    storage.blob_path(SHA256).parent.mkdir(parents=True)
    storage.blob_path(SHA256).write_bytes(blob)

    assert storage.thumbnail(SHA256) == (blob if own else None)


def test_a_tiny_picture_that_has_a_thumbnail_shows_that(storage: LocalStorage) -> None:
    storage.blob_path(SHA256).parent.mkdir(parents=True)
    storage.blob_path(SHA256).write_bytes(PNG)
    storage.put_thumbnail(SHA256, b"upright")

    assert storage.thumbnail(SHA256) == b"upright"


def test_what_is_nowhere_has_none(storage: LocalStorage) -> None:
    assert storage.thumbnail(SHA256) is None
