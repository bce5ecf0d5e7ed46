"""Vendored files are checked against their manifest, and the check notices every way to stray."""

import re
import shutil
from pathlib import Path

import pytest

from tests.vendored import FOLDER, complaints


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the vendored files that a test may spoil."""
    return shutil.copytree(FOLDER, tmp_path / "vendor")


def test_every_vendored_file_is_the_one_its_manifest_names() -> None:
    found = complaints(FOLDER)

    assert found == []


def test_a_changed_file_is_named(copy: Path) -> None:
    changed = copy / "preact.js"
    changed.write_bytes(changed.read_bytes() + b" ")

    found = complaints(copy)

    assert found == [f"{changed} is not the preact 11.2.0 that manifest.json names"]


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "htm.js").unlink()

    found = complaints(copy)

    assert found == [f"{copy / 'htm.js'} is missing"]


def test_an_unlisted_file_is_named_in_whatever_folder(copy: Path) -> None:
    stranger = copy / "deep" / "stranger.js"
    stranger.parent.mkdir()
    stranger.touch()

    found = complaints(copy)

    assert found == [f"{stranger} is not listed in manifest.json"]


def test_no_vendored_module_imports_by_a_bare_name_or_points_to_a_source_map() -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*.js"))

    imported = re.findall(r'(?<!")\bfrom ?"([^"]+)"', text)

    assert imported
    assert [name for name in imported if not name.startswith("./")] == []
    assert "sourceMappingURL" not in text
