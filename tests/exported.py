"""Exported: files as PostgreSQL's binary COPY writes them, for what reads them in children."""

from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
FLOAT8_OID = 701


def write_features(
    path: Path, ids: ArrayLike, numbers: ArrayLike, signatures: NDArray[np.uint8]
) -> None:
    """(N,) item ids, (N, K) numbers and (N, 24) bytes."""
    values = np.asarray(numbers, np.float64)
    count, width = values.shape
    element = np.dtype([("bytes", ">i4"), ("value", ">f8")])
    head = ["item_id_bytes", "item_id", "label_bytes", "label", "array_bytes"]
    head += ["dimensions", "nulls", "oid", "length", "lower"]
    rows = np.zeros(
        count,
        np.dtype(
            [("fields", ">i2")]
            + [(name, ">i8" if name in ("item_id", "label") else ">i4") for name in head]
            + [("numbers", element, (width,)), ("signature_bytes", ">i4"), ("signature", "V24")]
        ),
    )
    rows["fields"], rows["item_id_bytes"], rows["item_id"] = 4, 8, np.asarray(ids)
    rows["label_bytes"] = 8
    rows["array_bytes"], rows["dimensions"] = 20 + 12 * width, 1
    rows["oid"], rows["length"], rows["lower"] = FLOAT8_OID, width, 1
    rows["numbers"]["bytes"], rows["numbers"]["value"] = 8, values
    rows["signature_bytes"] = 24
    rows["signature"] = np.ascontiguousarray(signatures).view("V24").reshape(count)
    _write(path, rows)


def write_integers(path: Path, values: ArrayLike) -> None:
    """(N, C) integers."""
    told = np.asarray(values, np.int64)
    column = np.dtype([("bytes", ">i4"), ("value", ">i8")])
    rows = np.zeros(len(told), np.dtype([("fields", ">i2"), ("columns", column, (told.shape[1],))]))
    rows["fields"] = told.shape[1]
    rows["columns"]["bytes"], rows["columns"]["value"] = 8, told
    _write(path, rows)


def _write(path: Path, rows: NDArray[np.void]) -> None:
    with path.open("wb") as file:
        file.write(HEADER)
        rows.tofile(file)
        file.write(TRAILER)
