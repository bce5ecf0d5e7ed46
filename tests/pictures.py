"""Pictures that tests make: some good, some with honest defects, some that are none."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

GOOD = 40
MANY = 300
HOSTILE = {
    "empty.jpg": "empty_file",
    "text.jpg": "not_an_image",
    "truncated.jpg": "truncated",
    "header_bomb.png": "too_many_pixels",
}
"""Files that cannot be analysed, and the reason that each must be given."""
ODD = ("deep.png", "cmyk.jpg", "palette.png", "la.png", "animated.gif", "rotated.jpg", "wrong.png")
"""Files that are unusual and must be analysed."""


def photograph(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """Something with shapes, edges and texture, different for every seed."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    grain = random.integers(-30, 30, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(image, np.int16) + grain, 0, 255).astype(np.uint8))


def write_pictures(folder: Path) -> None:
    """Forty good pictures in two labels, some with defects, all of HOSTILE and of ODD."""
    for label in ("cats", "dogs"):
        (folder / label).mkdir(parents=True)
    for n in range(GOOD):
        label = "cats" if n % 2 else "dogs"
        photograph(n).save(folder / label / f"{n:03}.jpg", quality=90)
    _write_defects(folder / "cats")
    for name, data in (hostile_files() | odd_files()).items():
        (folder / name).write_bytes(data)


def _write_defects(folder: Path) -> None:
    photograph(100).point([level // 8 for level in range(256)] * 3).save(folder / "dark.jpg")
    photograph(101).filter(ImageFilter.GaussianBlur(25)).save(folder / "blurred.jpg")
    photograph(102).convert("L").save(folder / "grey.jpg")
    photograph(103, (400, 40)).save(folder / "strip.jpg")
    Image.new("RGB", (100, 80), (250, 250, 250)).save(folder / "blank.png")
    copy = photograph(104)
    copy.save(folder / "original.png")
    copy.save(folder / "copy.png", compress_level=1)
    copy.save(folder / "again.jpg", quality=60)


def write_many(folder: Path, *, seed: int = 1) -> None:
    """Three hundred different files, made from one picture of some size and a number behind it."""
    folder.mkdir()
    picture = _bytes(photograph(seed, (1200, 900)), "JPEG")
    for n in range(MANY):
        (folder / f"{n:04}.jpg").write_bytes(picture + str(n).encode())


def hostile_files() -> dict[str, bytes]:
    whole = _bytes(photograph(200), "JPEG")
    return {
        "empty.jpg": b"",
        "text.jpg": b"this is no picture\n" * 20,
        "truncated.jpg": whole[: len(whole) // 2],
        "header_bomb.png": _header_bomb(),
    }


def odd_files() -> dict[str, bytes]:
    base = photograph(300)
    deep = Image.fromarray(np.asarray(base.convert("L"), np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [photograph(n) for n in (301, 302, 303)]
    animated = io.BytesIO()
    frames[0].save(animated, "GIF", save_all=True, append_images=frames[1:])
    return {
        "deep.png": _bytes(deep, "PNG"),
        "cmyk.jpg": _bytes(base.convert("CMYK"), "JPEG"),
        "palette.png": _bytes(base.quantize(32), "PNG"),
        "la.png": _bytes(base.convert("LA"), "PNG"),
        "animated.gif": animated.getvalue(),
        "rotated.jpg": _bytes(photograph(304), "JPEG", exif=exif),
        "wrong.png": _bytes(photograph(305), "JPEG"),
    }


def _bytes(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _header_bomb() -> bytes:
    """A PNG of 30,000 x 30,000 pixels by its header, and hardly any data."""
    small = _bytes(Image.new("L", (1, 1)), "PNG")
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        small[:8]
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + small[33:]
    )
