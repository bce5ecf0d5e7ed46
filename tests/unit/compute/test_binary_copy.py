"""PostgreSQL's binary COPY, as bytes made by its documentation."""

import struct
from pathlib import Path

import numpy as np
import pytest

from service.compute.binary_copy import read_features

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)


def row(item_id: int, numbers: list[float], *texts: bytes) -> bytes:
    elements = b"".join(struct.pack(">id", 8, number) for number in numbers)
    array = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1) + elements
    return (
        struct.pack(">hiqiq", 3 + len(texts), 8, item_id, 8, 2 * item_id)
        + struct.pack(">i", len(array))
        + array
        + b"".join(struct.pack(">i", len(text)) + text for text in texts)
    )


def copied(path: Path, *rows: bytes) -> Path:
    path.write_bytes(HEADER + b"".join(rows) + struct.pack(">h", -1))
    return path


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = copied(tmp_path / "f", row(7, [1.5, -2.0], b"abcd"), row(1 << 40, [0.0, 1e300], b"wxyz"))

    rows = read_features(path, numbers=2, signature_bytes=4)

    assert rows["item_id"].tolist() == [7, 1 << 40]
    assert rows["label"].tolist() == [14, 1 << 41]
    assert rows["numbers"]["value"].tolist() == [[1.5, -2.0], [0.0, 1e300]]
    assert [bytes(signature) for signature in rows["signature"]] == [b"abcd", b"wxyz"]


def test_descriptors_are_rows_of_small_numbers(tmp_path: Path) -> None:
    written = row(1, [0.5], b"ab", b"\0\1\2"), row(2, [1.5], b"cd", b"\xff\3\4")
    path = copied(tmp_path / "f", *written)

    rows = read_features(path, numbers=1, signature_bytes=2, descriptor_bytes=3)

    assert rows["descriptor"].dtype == np.uint8
    assert rows["descriptor"].tolist() == [[0, 1, 2], [255, 3, 4]]


def test_a_descriptor_of_another_length_is_refused(tmp_path: Path) -> None:
    written = row(1, [0.5], b"ab", b"\0\1\2"), row(2, [1.5], b"cde", b"\3\4")
    path = copied(tmp_path / "f", *written)

    with pytest.raises(ValueError, match="another"):
        read_features(path, numbers=1, signature_bytes=2, descriptor_bytes=3)


def test_no_rows_are_an_empty_array(tmp_path: Path) -> None:
    assert len(read_features(copied(tmp_path / "f"), numbers=3, signature_bytes=4)) == 0


@pytest.mark.parametrize("data", [b"", b"x" * 21, HEADER + b"\0" * 30 + b"\xff\xff"])
def test_another_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)

    with pytest.raises(ValueError, match="f "):
        read_features(path, numbers=2, signature_bytes=4)


def test_another_number_of_numbers_is_refused(tmp_path: Path) -> None:
    path = copied(tmp_path / "f", row(1, [1.0] * 4, b"abcd"))

    with pytest.raises(ValueError, match=r"f |another"):
        read_features(path, numbers=3, signature_bytes=16)
