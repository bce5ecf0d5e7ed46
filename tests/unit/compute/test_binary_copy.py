"""PostgreSQL's binary COPY, as bytes made by its documentation."""

import struct
from pathlib import Path

import pytest

from service.compute.binary_copy import read_features

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)


def row(item_id: int, numbers: list[float], signature: bytes) -> bytes:
    elements = b"".join(struct.pack(">id", 8, number) for number in numbers)
    array = struct.pack(">iiiii", 1, 0, 701, len(numbers), 1) + elements
    return (
        struct.pack(">hiq", 3, 8, item_id)
        + struct.pack(">i", len(array))
        + array
        + struct.pack(">i", len(signature))
        + signature
    )


def copied(path: Path, *rows: bytes) -> Path:
    path.write_bytes(HEADER + b"".join(rows) + struct.pack(">h", -1))
    return path


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = copied(tmp_path / "f", row(7, [1.5, -2.0], b"abcd"), row(1 << 40, [0.0, 1e300], b"wxyz"))

    rows = read_features(path, numbers=2, signature_bytes=4)

    assert rows["item_id"].tolist() == [7, 1 << 40]
    assert rows["numbers"]["value"].tolist() == [[1.5, -2.0], [0.0, 1e300]]
    assert [bytes(signature) for signature in rows["signature"]] == [b"abcd", b"wxyz"]


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
