"""Paths of items: whatever a file was called, its item can be kept and shown."""

import os
import unicodedata

import pytest

from service.domain.datasets import MAX_PATH_BYTES, clean_path, label_of


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


def test_the_label_is_the_first_folder() -> None:
    assert [label_of(path) for path in ("cats/a/1.jpg", "1.jpg")] == ["cats", None]
