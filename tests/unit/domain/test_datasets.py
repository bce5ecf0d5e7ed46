"""Paths of items: whatever a file was called, its item can be kept and shown."""

import os
import unicodedata

import pytest

from service.domain.datasets import MAX_PATH_BYTES, Place, clean_path, place_of


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("cats/1.jpg", "cats/1.jpg"),
        ("./cats//1.jpg", "cats/1.jpg"),
        ("new\nline.jpg", "new\nline.jpg"),
        (os.fsdecode(b"bad\xff.jpg"), "bad\\xff.jpg"),
        (unicodedata.normalize("NFD", "é.jpg"), unicodedata.normalize("NFC", "é.jpg")),
    ],
)
def test_a_path_is_kept_tidy(told: str, kept: str) -> None:
    assert clean_path(told) == kept


@pytest.mark.parametrize(
    "told", ["", ".", "/etc/passwd", "../up", "a/../../up", "nul\0.jpg", "x" * (MAX_PATH_BYTES + 1)]
)
def test_a_path_that_leads_astray_is_refused(told: str) -> None:
    assert clean_path(told) is None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("cats/a/1.jpg", Place("cats", None, None)),
        ("1.jpg", Place(None, None, None)),
        ("Train/cats/1.jpg", Place("cats", None, "Train")),
        ("test/1.jpg", Place(None, None, "test")),
    ],
)
def test_folders_say_label_and_split(path: str, place: Place) -> None:
    assert place_of(path) == place
