"""Bare files: only what holds pixels and nothing else is called bare, whatever was added where."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from service.compute.bare_files import is_bare
from tests.pictures import photograph

SECRET = b"a secret"


def saved(
    format_: str, mode: str = "RGB", size: tuple[int, int] = (32, 24), **told: object
) -> bytes:
    stream = io.BytesIO()
    photograph(3, size).convert(mode).save(stream, format_, **told)  # type: ignore[arg-type] - whatever a codec takes
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body))


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


PNG, JPEG = saved("PNG"), saved("JPEG")
END = chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        PNG,
        saved("PNG", "L"),
        saved("PNG", "RGBA"),
        saved("PNG", "1"),
        saved("PNG", "P", transparency=3),
        saved("PNG", dpi=(72, 72)),
        JPEG,
        saved("JPEG", "L"),
        saved("JPEG", "CMYK"),
        saved("JPEG", progressive=True),
        saved("JPEG", restart_marker_blocks=2),
        saved("JPEG", dpi=(72, 72)),
        saved("JPEG", size=(256, 256)),
    ],
)
def test_pixels_alone_are_bare(data: bytes) -> None:
    assert is_bare(data)


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME", b"prVt"])
def test_a_png_with_anything_else_is_not(kind: bytes) -> None:
    before = PNG.index(b"IDAT") - 4
    added = chunk(kind, b"gamma\0" + SECRET)

    assert not is_bare(PNG[:before] + added + PNG[before:])
    assert not is_bare(PNG.removesuffix(END) + added + END)


@pytest.mark.parametrize("marker", [*range(0xE0, 0xF0), 0xFE])
@pytest.mark.parametrize("begins", [b"", b"JFIF\0", b"JFXX\0", b"Adobe", b"Exif\0\0"])
def test_a_jpeg_with_anything_else_is_not(marker: int, begins: bytes) -> None:
    added = segment(marker, begins + SECRET * 4)

    assert not is_bare(JPEG[:2] + added + JPEG[2:])
    assert not is_bare(JPEG[:-2] + added + JPEG[-2:])


@pytest.mark.parametrize("data", [PNG, JPEG])
def test_what_lies_behind_the_end_is_seen(data: bytes) -> None:
    assert not is_bare(data + b"\0")
    assert not is_bare(data + SECRET)
    assert not is_bare(data + data)


@pytest.mark.parametrize(
    "data", [saved("PNG", size=(257, 1)), saved("JPEG", size=(1, 257)), saved("GIF"), saved("WEBP")]
)
def test_what_is_larger_or_of_another_format_is_not(data: bytes) -> None:
    assert not is_bare(data)


def cut(data: bytes, place: int) -> bytes:
    return data[:place]


def overwritten(data: bytes, place: int) -> bytes:
    return data[:place] + b"\xff" + data[place + 1 :]


@pytest.mark.parametrize("data", [PNG, JPEG])
@pytest.mark.parametrize("spoil", [cut, overwritten])
def test_damage_is_no_error(data: bytes, spoil: Callable[[bytes, int], bytes]) -> None:
    told = {is_bare(spoil(data, place)) for place in range(len(data))}

    assert False in told


def test_nonsense_is_not_bare() -> None:
    chance = np.random.default_rng(5)
    for begins in (b"", PNG[:8], JPEG[:2]):
        for _ in range(200):
            assert not is_bare(begins + chance.bytes(64))
