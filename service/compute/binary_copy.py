"""Binary COPY: reads PostgreSQL's export of features by memory map, without a loop over rows."""

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
FLOAT8_OID: Final = 701


def read_features(path: Path, *, numbers: int, signature_bytes: int) -> NDArray[np.void]:
    """Rows (item_id int8, numbers float8[], signature bytea), each of the same width.

    Returns a structured array of (N,) with the fields ``item_id`` (big-endian int64), ``numbers``
    ((K,) with the field ``value``, big-endian float64) and ``signature`` (bytes). Raises ValueError
    where the file has another shape, or rows hold nulls or arrays of another length.
    """
    row = _row_type(numbers, signature_bytes)
    size = path.stat().st_size
    count, rest = divmod(size - len(HEADER) - len(TRAILER), row.itemsize)
    if size < len(HEADER) + len(TRAILER) or rest:
        raise ValueError(f"{path.name} holds no rows of {row.itemsize} bytes")
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise ValueError(f"{path.name} is not a binary COPY")
    if not count:
        return np.empty(0, row)
    rows = np.memmap(path, row, "r", offset=len(HEADER), shape=(count,))
    _check(rows, numbers, signature_bytes)
    return rows


def _row_type(numbers: int, signature_bytes: int) -> np.dtype[np.void]:
    element = np.dtype([("bytes", ">i4"), ("value", ">f8")])
    return np.dtype(
        [
            ("fields", ">i2"),
            ("item_id_bytes", ">i4"),
            ("item_id", ">i8"),
            ("array_bytes", ">i4"),
            ("dimensions", ">i4"),
            ("nulls", ">i4"),
            ("oid", ">i4"),
            ("length", ">i4"),
            ("lower", ">i4"),
            ("numbers", element, (numbers,)),
            ("signature_bytes", ">i4"),
            ("signature", f"V{signature_bytes}"),
        ]
    )


def _check(rows: NDArray[np.void], numbers: int, signature_bytes: int) -> None:
    expected = {
        "fields": 3,
        "item_id_bytes": 8,
        "dimensions": 1,
        "nulls": 0,
        "oid": FLOAT8_OID,
        "length": numbers,
        "signature_bytes": signature_bytes,
    }
    for name, value in expected.items():
        if (rows[name] != value).any():
            raise ValueError(f"a row has another {name} than {value}")
