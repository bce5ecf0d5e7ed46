"""Embeddings: what is read of good files, and what is said of bad ones."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.compute.embeddings import BATCH, read
from service.errors import Unreadable


def npz(**arrays: Any) -> bytes:
    np.savez(stream := io.BytesIO(), **arrays)
    return stream.getvalue()


def rows(count: int, dimensions: int = 4) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, dimensions))


def names(count: int) -> np.ndarray:
    return np.array([f"{n}.jpg" for n in range(count)])


def told(folder: Path, data: bytes) -> tuple[list[dict[str, Any]], np.ndarray]:
    """What is told, and the vectors that were written."""
    (folder / "in.npz").write_bytes(data)
    item = {"path": str(folder / "in.npz"), "vectors": str(folder / "out")}
    batches = list(read(item, None))
    written = np.fromfile(folder / "out", "<f2")
    return batches, written.reshape(-1, batches[-1]["dimensions"])


@pytest.mark.parametrize("dtype", ["<f2", "<f4", ">f4", "<f8"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_every_kind_of_float_comes_out_as_directions(tmp_path: Path, save: Any, dtype: str) -> None:
    vectors = rows(BATCH + 3)
    save(stream := io.BytesIO(), ids=names(len(vectors)), vectors=vectors.astype(dtype))

    batches, written = told(tmp_path, stream.getvalue())

    assert [id_ for each in batches for id_ in each.get("ids", ())] == list(names(len(vectors)))
    expected = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert np.abs(written - expected).max() < 0.002
    progress = [each["progress"] for each in batches]
    assert progress == sorted(progress)
    assert progress[-1] == 1


def test_numbers_whose_squares_are_no_floats_have_a_direction_all_the_same(tmp_path: Path) -> None:
    vectors = np.array([[3e200, 4e200], [3e-200, 4e-200]])

    _, written = told(tmp_path, npz(ids=names(2), vectors=vectors))

    assert np.abs(written - [0.6, 0.8]).max() < 0.001


def with_value(value: float) -> np.ndarray:
    vectors = rows(5)
    vectors[[2, 4], 1] = value
    return vectors


@pytest.mark.parametrize(
    ("arrays", "code", "says"),
    [
        ({"ids": names(5), "vectors": with_value(np.nan)}, "not_finite", "^2 .*'2.jpg'"),
        ({"ids": names(5), "vectors": with_value(-np.inf)}, "not_finite", "^2 .*'2.jpg'"),
        ({"ids": names(3), "vectors": np.eye(3) * [1, 0, 1]}, "zero_vectors", "^1 .*'1.jpg'"),
        ({"ids": np.array(["a", "b", "a"]), "vectors": rows(3)}, "duplicate_ids", "'a'"),
        ({"ids": names(3)}, "embeddings_malformed", "'vectors'"),
        ({"vectors": rows(3)}, "embeddings_malformed", "'ids'"),
        ({"ids": names(2), "vectors": rows(3)}, "embeddings_malformed", "2 ids are not 3"),
        ({"ids": names(0).astype("U1"), "vectors": rows(0)}, "embeddings_malformed", "no vectors"),
        ({"ids": np.arange(3), "vectors": rows(3)}, "embeddings_malformed", "paths"),
        ({"ids": names(3), "vectors": rows(3).astype("i4")}, "embeddings_malformed", "float16"),
        ({"ids": names(3), "vectors": rows(3, 1)}, "embeddings_malformed", "2 to 4096"),
        ({"ids": names(3), "vectors": rows(3, 4097)}, "embeddings_malformed", "2 to 4096"),
        ({"ids": names(3), "vectors": np.asfortranarray(rows(3))}, "embeddings_malformed", "colu"),
        ({"ids": np.array("a"), "vectors": rows(3)}, "embeddings_malformed", "row of text"),
        ({"ids": np.array(["a", None, 3]), "vectors": rows(3)}, "embeddings_", "ids"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, arrays: dict[str, np.ndarray], code: str, says: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        told(tmp_path, npz(**arrays))

    assert caught.value.code.startswith(code)
    assert re.search(says, caught.value.detail)


def test_what_is_pickled_is_never_unpickled(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return Path.touch, (tmp_path / "sprung",)  # type: ignore[return-value] - pickled only

    with pytest.raises(Unreadable):
        told(tmp_path, npz(ids=np.array([Trap()], object), vectors=rows(1)))

    assert not (tmp_path / "sprung").exists()


def header(shape: tuple[int, ...], dtype: str) -> bytes:
    stream = io.BytesIO()
    told_ = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, told_)
    return stream.getvalue()


@pytest.mark.parametrize("shape", [(10**12, 4), (-1, 4), (3, 10**12)])
def test_a_header_that_lies_is_believed_in_nothing(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with zipfile.ZipFile(stream := io.BytesIO(), "w") as archive:
        archive.writestr("ids.npy", header(shape[:1], "<U5"))
        archive.writestr("vectors.npy", header(shape, "<f8"))

    with pytest.raises(Unreadable) as caught:
        told(tmp_path, stream.getvalue())

    assert caught.value.code.startswith("embeddings_")


def test_ids_beyond_unicode_are_no_text(tmp_path: Path) -> None:
    ids = np.frombuffer(b"\xff\xff\xff\x7f", "<U1")

    with pytest.raises(Unreadable) as caught:
        told(tmp_path, npz(ids=ids, vectors=rows(1)))

    assert caught.value.detail == "an id is no text"


def test_a_file_that_is_cut_or_changed_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    whole = npz(ids=names(40), vectors=rows(40))
    rng = np.random.default_rng(7)
    codes = set[str]()

    for _ in range(300):
        data = bytearray(whole)
        data[rng.integers(len(data))] = rng.integers(256)
        try:
            told(tmp_path, bytes(data[: rng.integers(len(data) // 2, len(data) + 1)]))
        except Unreadable as error:
            codes.add(error.code)

    assert "embeddings_damaged" in codes
