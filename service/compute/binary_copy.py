"""Binary COPY: reads PostgreSQL's export of features by memory map, without a loop over rows."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"
FLOAT8_OID: Final = 701
INT8_BYTES: Final = 8


def read_features(
    path: Path, *, numbers: int, signature_bytes: int, descriptor_bytes: int = 0
) -> NDArray[np.void]:
    """Rows (item_id int8, label int8, numbers float8[], signature bytea), all of the same width.

    Returns a structured array of (N,) with the fields ``item_id`` and ``label`` (big-endian int64),
    ``numbers`` ((K,) with the field ``value``, big-endian float64) and ``signature`` (bytes). Where
    ``descriptor_bytes`` is said, rows have a fifth column, descriptor bytea, and the field
    ``descriptor`` ((D,) uint8). Raises ValueError where the file has another shape, or rows hold
    nulls or values of another length.
    """
    widths = {"signature": signature_bytes, "descriptor": descriptor_bytes}
    row = _row_type(numbers, widths)
    rows = _mapped(path, row)
    _check(rows, numbers, widths)
    return rows


def read_integers(path: Path, columns: int) -> NDArray[np.int64]:
    """Rows of so many int8 as (N, columns); raises ValueError where the file holds others."""
    column = np.dtype([("bytes", ">i4"), ("value", ">i8")])
    row = np.dtype([("fields", ">i2"), ("columns", column, (columns,))])
    rows = _mapped(path, row)
    if (rows["fields"] != columns).any() or (rows["columns"]["bytes"] != INT8_BYTES).any():
        raise ValueError(f"a row of {path.name} is not {columns} integers")
    return rows["columns"]["value"].astype(np.int64)


def _mapped(path: Path, row: np.dtype[np.void]) -> NDArray[np.void]:
    size = path.stat().st_size
    count, rest = divmod(size - len(HEADER) - len(TRAILER), row.itemsize)
    if size < len(HEADER) + len(TRAILER) or rest:
        raise ValueError(f"{path.name} holds no rows of {row.itemsize} bytes")
    with path.open("rb") as file:
        if file.read(len(HEADER)) != HEADER:
            raise ValueError(f"{path.name} is not a binary COPY")
    if not count:
        return np.empty(0, row)
    return np.memmap(path, row, "r", offset=len(HEADER), shape=(count,))


def _row_type(numbers: int, widths: Mapping[str, int]) -> np.dtype[np.void]:
    element = np.dtype([("bytes", ">i4"), ("value", ">f8")])
    signature = [("signature_bytes", ">i4"), ("signature", f"V{widths['signature']}")]
    descriptor = [("descriptor_bytes", ">i4"), ("descriptor", "u1", (widths["descriptor"],))]
    return np.dtype(
        [
            ("fields", ">i2"),
            ("item_id_bytes", ">i4"),
            ("item_id", ">i8"),
            ("label_bytes", ">i4"),
            ("label", ">i8"),
            ("array_bytes", ">i4"),
            ("dimensions", ">i4"),
            ("nulls", ">i4"),
            ("oid", ">i4"),
            ("length", ">i4"),
            ("lower", ">i4"),
            ("numbers", element, (numbers,)),
            *signature,
            *(descriptor if widths["descriptor"] else ()),
        ]
    )


def _check(rows: NDArray[np.void], numbers: int, widths: Mapping[str, int]) -> None:
    told = {name: width for name, width in widths.items() if width}
    expected = {
        "fields": 3 + len(told),
        "item_id_bytes": 8,
        "label_bytes": 8,
        "dimensions": 1,
        "nulls": 0,
        "oid": FLOAT8_OID,
        "length": numbers,
        **{f"{name}_bytes": width for name, width in told.items()},
    }
    for name, value in expected.items():
        if (rows[name] != value).any():
            raise ValueError(f"a row has another {name} than {value}")
