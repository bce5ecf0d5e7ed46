"""EXIF: what cameras write is read, what liars write is not believed, and neither takes long."""

import io
import struct
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from service.compute import exif
from service.compute.exif import NOTHING, Exif
from service.compute.images import extract
from tests.pictures import photograph

TAKEN = datetime(2019, 7, 1, 12, 30, 59)  # noqa: DTZ001 - as cameras write it
MAIN, DETAILS, POSITION = 0, exif.EXIF_DIRECTORY, exif.GPS_DIRECTORY
PLACE = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}


def written(values: dict[int, dict[int, Any]]) -> Image.Exif:
    data = Image.Exif()
    data.update(values.get(MAIN, {}))
    for directory in (DETAILS, POSITION):
        if directory in values:
            data.get_ifd(directory).update(values[directory])
    return data


def read(values: dict[int, dict[int, Any]], format_: str = "JPEG") -> Exif:
    buffer = io.BytesIO()
    photograph(1).save(buffer, format_, exif=written(values).tobytes())
    with Image.open(buffer) as image:
        image.load()
        return exif.read(image, buffer)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_camera_time_and_position_are_read_from_every_format(format_: str) -> None:
    told = read(
        {
            MAIN: {exif.MAKE: "Canon", exif.MODEL: "EOS 70D"},
            DETAILS: {exif.TAKEN[0]: "2019:07:01 12:30:59"},
            POSITION: PLACE,
        },
        format_,
    )

    assert told == Exif("Canon EOS 70D", TAKEN, located=True)


@pytest.mark.parametrize(
    ("make", "model", "shown"),
    [
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("Canon", "Canon EOS 70D", "Canon EOS 70D"),
        ("OLYMPUS IMAGING CORP.", "E-3", "OLYMPUS E-3"),
        ("EASTMAN KODAK COMPANY", "KODAK DX4530", "KODAK DX4530"),
        ("SONY", "", "SONY"),
        ("", "Pixel 9", "Pixel 9"),
        ("", "", None),
    ],
)
def test_makers_and_models_are_one_name(make: str, model: str, shown: str | None) -> None:
    assert exif.camera(make, model) == shown


def test_names_are_tidied_and_cut() -> None:
    told = read({MAIN: {exif.MAKE: "So\x01ny   ", exif.MODEL: "x" * 10_000}})

    assert told.camera == "So ny " + "x" * exif.MOST_BYTES


@pytest.mark.parametrize(
    "text",
    [
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2019:13:01 00:00:00",
        "0001:01:01 00:00:00",
        "",
    ],
)
def test_a_clock_that_is_not_set_tells_no_time(text: str) -> None:
    assert read({DETAILS: {exif.TAKEN[0]: text}}).taken is None


def test_when_it_was_digitised_is_second_to_when_it_was_taken() -> None:
    digitised = {exif.TAKEN[1]: "2019:07:01 12:30:59"}

    assert read({DETAILS: {exif.TAKEN[0]: "unknown", **digitised}}).taken == TAKEN


@pytest.mark.parametrize(
    "position",
    [
        {},
        {0: b"\2\3\0\0"},
        {2: PLACE[2]},
        PLACE | {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
    ids=["empty", "version alone", "latitude alone", "zeros"],
)
def test_a_camera_that_does_not_know_where_it_is_tells_no_position(
    position: dict[int, Any],
) -> None:
    assert not read({POSITION: position}).located


def test_nothing_is_read_where_there_is_nothing() -> None:
    assert read({}) == NOTHING


def directory(*entries: tuple[int, int, int, int]) -> bytes:
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + rows


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        b"II*\0\x08\0\0\0" + directory((exif.EXIF_DIRECTORY, 4, 1, 8)),
        b"II*\0\x08\0\0\0" + directory((exif.MAKE, 2, 2**32 - 1, 2**32 - 1)),
        b"II*\0\x08\0\0\0" + directory((exif.GPS_DIRECTORY, 4, 1, 8), (2, 5, 3, 4), (4, 5, 3, 999)),
    ],
    ids=["empty", "short", "far", "cut", "loop", "endless text", "cut position"],
)
def test_damaged_data_say_nothing(data: bytes) -> None:
    assert exif.parse(io.BytesIO(data)) == NOTHING


def test_no_bytes_whatever_make_it_fail() -> None:
    random = np.random.default_rng(1)
    whole = written(
        {
            MAIN: {exif.MAKE: "Canon"},
            DETAILS: {exif.TAKEN[0]: "2019:07:01 12:30:59"},
            POSITION: PLACE,
        }
    ).tobytes()[len(exif.PREFIX) :]

    for _ in range(2000):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 4):
            data[place] = random.integers(0, 256)
        told = exif.parse(io.BytesIO(bytes(data)))
        assert told.camera is None or len(told.camera) <= 2 * exif.MOST_BYTES


def test_who_claims_to_have_much_to_say_is_not_heard_out() -> None:
    # 5,000 entries that each point to the same 60,000 bytes as a list of fractions
    entries = [(tag, 5, 7_500, 8) for tag in range(1, 5_001)]
    below = directory(*entries)
    main = directory((exif.EXIF_DIRECTORY, 4, 1, 8 + 2 + 12 + 4))
    data = exif.PREFIX + b"II*\0\x08\0\0\0" + main + bytes(4) + below
    buffer = io.BytesIO()
    photograph(1).save(buffer, "JPEG", exif=data)

    before = process_time()
    with Image.open(buffer) as image:
        told = exif.read(image, buffer)

    assert told == NOTHING
    assert process_time() - before < 0.5


def test_hostile_data_do_not_make_an_image_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "hostile.jpg"
    photograph(1).save(path, exif=exif.PREFIX + b"II*\0" + bytes(range(256)) * 8)

    data, _ = extract({"path": str(path), "size_bytes": path.stat().st_size}, {})

    facts = data["facts"]
    assert (facts["camera"], facts["taken"], facts["located"]) == (None, None, False)


def test_what_is_kept_never_has_the_position_itself(tmp_path: Path) -> None:
    path = tmp_path / "located.jpg"
    photograph(1).save(path, exif=written({POSITION: PLACE}))

    data, thumbnail = extract({"path": str(path), "size_bytes": path.stat().st_size}, {})

    assert data["facts"]["located"] is True
    assert set(data["facts"]) == {
        "format",
        "mode",
        "orientation",
        "frames",
        "scaled",
        "camera",
        "taken",
        "located",
    }
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert not image.getexif()
