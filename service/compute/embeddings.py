"""Embeddings: reads vectors that somebody made of items from an ``.npz`` file, trusting nothing."""

import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from service.errors import Unreadable

BATCH: Final = 500
MOST_ROWS: Final = 2_000_000
MOST_DIMENSIONS: Final = 4096
MOST_ID_CHARACTERS: Final = 1024
MOST_BYTES: Final = 8 << 30
CHECKED: Final = 0.4
"""The share of the work that is done once all is checked."""

DAMAGED: Final = "embeddings_damaged"
MALFORMED: Final = "embeddings_malformed"
DAMAGES: Final = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What ``zipfile`` raises of bytes that are no archive, torn, locked or packed in another way."""

Json = dict[str, Any]
Batch = tuple[list[str], NDArray[np.float64]]


@dataclass(frozen=True)
class Member:
    """An array within the file, known by its header."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def read(item: Json, shared: object) -> Iterator[Json]:
    """Reads the arrays ``ids`` ((N,) of unicode) and ``vectors`` ((N, D) of float16, 32 or 64).

    Everything is checked first; then vectors of unit length are written to ``item["vectors"]``, as
    little-endian float16, and after each batch of them ``{"ids": […], "dimensions": D, "progress":
    0..1}`` is told. Raises Unreadable: ``embeddings_damaged``, ``embeddings_malformed``,
    ``embeddings_too_large``, ``not_finite``, ``zero_vectors`` or ``duplicate_ids``.
    """
    del shared
    try:
        with ZipFile(item["path"]) as archive:
            ids, vectors = _member(archive, "ids"), _member(archive, "vectors")
            _check_headers(ids, vectors)
            yield from _check_values(archive, ids, vectors)
            yield from _write(archive, ids, vectors, Path(item["vectors"]))
    except DAMAGES as error:
        raise Unreadable(DAMAGED, f"the file is no whole .npz: {error}") from error


def _member(archive: ZipFile, name: str) -> Member:
    file = f"{name}.npy"
    if file not in archive.namelist():
        raise Unreadable(MALFORMED, f"there is no array {name!r}; the file needs ids and vectors")
    with archive.open(file) as opened:
        member = _header(opened, name)
        expected = opened.tell() + _rows(member) * _row_bytes(member)
    if archive.getinfo(file).file_size != expected:
        raise Unreadable(DAMAGED, f"{name!r} has another length than its header says")
    return member


def _header(opened: IO[bytes], name: str) -> Member:
    """Objects are never unpickled: a header that asks for them is only looked at."""
    try:
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        shape, columns_first, dtype = read[npy.read_magic(opened)](opened)
    except (KeyError, SyntaxError, TypeError, ValueError) as error:
        raise Unreadable(DAMAGED, f"{name!r} has no header of an array") from error
    if columns_first and len(shape) > 1:
        raise Unreadable(MALFORMED, f"{name!r} is column by column; save ascontiguousarray of it")
    return Member(name, shape, dtype)


def _check_headers(ids: Member, vectors: Member) -> None:
    if ids.dtype.kind != "U" or len(ids.shape) != 1:
        raise Unreadable(MALFORMED, f"'ids' are paths, a row of text, not {_told(ids)}")
    if vectors.dtype.kind != "f" or vectors.dtype.itemsize > 8 or len(vectors.shape) != 2:
        raise Unreadable(
            MALFORMED, f"'vectors' are rows of float16, 32 or 64, not {_told(vectors)}"
        )
    if ids.shape[0] != vectors.shape[0]:
        raise Unreadable(MALFORMED, f"{ids.shape[0]} ids are not {vectors.shape[0]} vectors")
    if ids.shape[0] < 1:
        raise Unreadable(MALFORMED, "there are no vectors")
    if not 2 <= vectors.shape[1] <= MOST_DIMENSIONS:
        raise Unreadable(
            MALFORMED, f"a vector has 2 to {MOST_DIMENSIONS} numbers, not {vectors.shape[1]}"
        )
    if not 0 < ids.dtype.itemsize <= 4 * MOST_ID_CHARACTERS:
        raise Unreadable(MALFORMED, f"an id has 1 to {MOST_ID_CHARACTERS} characters")
    size = ids.shape[0] * (_row_bytes(ids) + _row_bytes(vectors))
    if ids.shape[0] > MOST_ROWS or size > MOST_BYTES:
        raise Unreadable(
            "embeddings_too_large",
            f"{ids.shape[0]} vectors in {size} bytes are more than {MOST_ROWS} or {MOST_BYTES}",
        )


def _told(member: Member) -> str:
    return f"{member.dtype.str} of shape {member.shape}"


def _rows(member: Member) -> int:
    return member.shape[0] if member.shape else 1


def _row_bytes(member: Member) -> int:
    width = member.dtype.itemsize
    for length in member.shape[1:]:
        width *= length
    return width


def _batches(archive: ZipFile, ids: Member, vectors: Member) -> Iterator[Batch]:
    """All rows in their order; memory holds one batch, however much the file expands to."""
    with ExitStack() as stack:
        opened = [stack.enter_context(archive.open(f"{each.name}.npy")) for each in (ids, vectors)]
        for file, each in zip(opened, (ids, vectors), strict=True):
            _header(file, each.name)
        for start in range(0, _rows(ids), BATCH):
            rows = min(BATCH, _rows(ids) - start)
            told, numbers = (
                _exactly(file, each, rows)
                for file, each in zip(opened, (ids, vectors), strict=True)
            )
            yield _texts(told), numbers.astype(np.float64)


def _exactly(file: IO[bytes], member: Member, rows: int) -> NDArray[Any]:
    data = file.read(rows * _row_bytes(member))
    if len(data) != rows * _row_bytes(member):
        raise EOFError(f"{member.name!r} ends too early")
    return np.frombuffer(data, member.dtype).reshape(rows, *member.shape[1:])


def _texts(ids: NDArray[Any]) -> list[str]:
    """NumPy keeps text as code points, four bytes each, and makes text of any without a look."""
    if (ids.view(ids.dtype.byteorder.replace("|", "=") + "u4") > sys.maxunicode).any():
        raise Unreadable(DAMAGED, "an id is no text")
    return [str(text) for text in ids.tolist()]


def _check_values(archive: ZipFile, ids: Member, vectors: Member) -> Iterator[Json]:
    """Tells progress; raises Unreadable of the first kind of fault, with how many have it."""
    faults: dict[str, list[Any]] = {"not_finite": [0, ""], "zero_vectors": [0, ""]}
    hashes = np.empty(_rows(ids), np.uint64)
    start = 0
    for told, numbers in _batches(archive, ids, vectors):
        hashes[start : start + len(told)] = [_hash(id_) for id_ in told]
        start += len(told)
        for code, wrong in (
            ("not_finite", ~np.isfinite(numbers).all(axis=1)),
            ("zero_vectors", ~numbers.any(axis=1)),
        ):
            if wrong.any() and not faults[code][0]:
                faults[code][1] = told[int(wrong.argmax())]
            faults[code][0] += int(wrong.sum())
        yield {"progress": CHECKED * start / len(hashes)}
    _refuse(faults)
    _check_different(archive, ids, vectors, hashes)


def _refuse(faults: dict[str, list[Any]]) -> None:
    what = {"not_finite": "NaN or infinite numbers", "zero_vectors": "no direction, only zeros"}
    for code, (count, first) in faults.items():
        if count:
            raise Unreadable(
                code, f"{count} vectors have {what[code]}; the first is that of {first!r}"
            )


def _check_different(
    archive: ZipFile, ids: Member, vectors: Member, hashes: NDArray[np.uint64]
) -> None:
    """Two of two million different ids have the same hash once in ten million files."""
    values, counts = np.unique(hashes, return_counts=True)
    again = set(values[counts > 1].tolist())
    if not again:
        return
    for told, _ in _batches(archive, ids, vectors):
        for id_ in told:
            if _hash(id_) in again:
                detail = f"{len(again)} ids are there more than once; the first is {id_!r}"
                raise Unreadable("duplicate_ids", detail)


def _hash(id_: str) -> int:
    told = id_.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "little")


def _write(archive: ZipFile, ids: Member, vectors: Member, path: Path) -> Iterator[Json]:
    done = 0
    with path.open("wb") as file:
        for told, numbers in _batches(archive, ids, vectors):
            file.write(directions(numbers).tobytes())
            file.flush()
            done += len(told)
            yield {
                "ids": [id_.encode("utf-8", "replace").decode() for id_ in told],
                "dimensions": vectors.shape[1],
                "progress": CHECKED + (1 - CHECKED) * done / _rows(ids),
            }


def directions(numbers: NDArray[np.float64]) -> NDArray[np.float16]:
    """Rows of unit length; by their largest number first, whose square may be too large."""
    scaled = numbers / np.abs(numbers).max(axis=1, keepdims=True)
    return (scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype("<f2")
