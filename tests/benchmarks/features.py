"""Features and their parts, against a pure Pillow decode of the same files: one core, in turns."""

import io
import os
import random
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from sklearn.datasets import load_sample_images

from deploy.local.sample import write_sample
from service.compute import attributes, decoding, descriptors, hashes, thumbnails
from service.compute.decoding import Picture
from service.compute.images import extract
from service.compute.views import look, looks
from service.errors import Unreadable
from tests.benchmarks.figure import Figure

ROUNDS = 10
FILES = 80
PART_OF_FILES = 5
WEB = (500, 375)
WEB_DENSITY = 0.6
"""Bytes a pixel of ImageNet's files, of which most have about this size: 110 kB each."""
QUALITIES = range(50, 101)
SEED = 3
LARGE_FILES = 4
LARGE = (4000, 3000)
TILES_ACROSS = 5
TILES = TILES_ACROSS**2
TILE = (LARGE[0] // TILES_ACROSS, LARGE[1] // TILES_ACROSS)
PHOTOGRAPHS = ("temple", "flower")
"""Labels of the sample whose pictures are not drawn."""

Work = Callable[[Path], Callable[[], object]]
"""Prepares a file, and returns what is measured."""


def measure(folder: Path) -> list[Figure]:
    """Of photographs like ImageNet's, of the sample's, of large ones, and of test data where set.

    The bar is for what is like ImageNet's files: the fewer bytes a pixel has, the sooner it is
    decoded, and the sample's have less than half as many.
    """
    write_sample(folder / "sample")
    each = FILES // len(PHOTOGRAPHS)
    sample = [path for label in PHOTOGRAPHS for path in _jpegs(folder / "sample" / label)[:each]]
    _write_web(folder / "web")
    _write_large(folder / "large", sample)
    web = _jpegs(folder / "web")
    figures = [
        *_ratio("like ImageNet", web, at_least=0.45),
        *_parts(web[::PART_OF_FILES]),
        *_ratio("sample", sample, at_least=None),
        *_ratio("12 MP", _jpegs(folder / "large"), at_least=1.8),
    ]
    if told := os.environ.get("MEANWHILE_TEST_DATA"):
        figures += _ratio("test data", _jpegs(Path(told))[:FILES], at_least=None)
    return figures


def _write_web(folder: Path) -> None:
    """Parts of two photographs that are not enlarged, and nothing added, for none is so dense."""
    folder.mkdir()
    chance = random.Random(SEED)
    for name, levels in zip(PHOTOGRAPHS, load_sample_images().images, strict=True):
        photograph = Image.fromarray(np.asarray(levels))
        for number in range(FILES // len(PHOTOGRAPHS)):
            picture = _part(photograph, chance)
            (folder / f"{name} {number:03}.jpg").write_bytes(_as_dense(picture))


def _part(photograph: Image.Image, chance: random.Random) -> Image.Image:
    share = chance.uniform(1, min(photograph.width / WEB[0], photograph.height / WEB[1]))
    width, height = (share * side for side in WEB)
    left = chance.uniform(0, photograph.width - width)
    top = chance.uniform(0, photograph.height - height)
    box = (left, top, left + width, top + height)
    part = photograph.resize(WEB, Image.Resampling.LANCZOS, box)
    return ImageOps.mirror(part) if chance.random() < 0.5 else part


def _as_dense(picture: Image.Image) -> bytes:
    """As JPEG, of the best quality with at most ``WEB_DENSITY``."""
    most = WEB_DENSITY * picture.width * picture.height
    below = bisect_right(QUALITIES, most, key=lambda quality: len(_jpeg(picture, quality)))
    return _jpeg(picture, QUALITIES[below - 1])


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def _write_large(folder: Path, files: list[Path]) -> None:
    """Photographs of as many pixels as a camera's, put together from small ones."""
    folder.mkdir()
    for number in range(LARGE_FILES):
        image = Image.new("RGB", LARGE)
        for place, path in enumerate(files[number :: len(files) // TILES][:TILES]):
            row, column = divmod(place, TILES_ACROSS)
            with Image.open(path) as tile:
                image.paste(tile.resize(TILE), (column * TILE[0], row * TILE[1]))
        image.save(folder / f"{number}.jpg", quality=90)


def _jpegs(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.jpg")) if _whole(path)]


def _ratio(name: str, files: list[Path], *, at_least: float | None) -> list[Figure]:
    seconds = _least({"theirs": _decoding, "ours": _extracting}, files)
    told = f"{name}, {len(files)} JPEG"
    return [
        Figure(f"bytes a pixel, {told}", _density(files), ""),
        Figure(f"full decode, {told}", 1000 * seconds["theirs"], "ms"),
        Figure(
            f"full decode / features, {told}", seconds["theirs"] / seconds["ours"], "", at_least
        ),
    ]


def _density(files: list[Path]) -> float:
    return sum(path.stat().st_size for path in files) / sum(_pixels(path) for path in files)


def _pixels(path: Path) -> int:
    with Image.open(path) as image:
        return image.width * image.height


def _parts(files: list[Path]) -> list[Figure]:
    return [
        Figure(f"features of an image, {name}", 1000 * seconds, "ms")
        for name, seconds in _least(PARTS, files).items()
    ]


def _least(works: Mapping[str, Work], files: list[Path]) -> dict[str, float]:
    """CPU seconds of each work on an average file: the least of all rounds, file by file."""
    least = {name: dict.fromkeys(files, float("inf")) for name in works}
    for _ in range(ROUNDS):
        for path in files:
            for name, prepare in works.items():
                work = prepare(path)
                began = time.process_time()
                work()
                least[name][path] = min(least[name][path], time.process_time() - began)
    return {name: sum(seconds.values()) / len(files) for name, seconds in least.items()}


def _decoding(path: Path) -> Callable[[], object]:
    return partial(_decode, path)


def _extracting(path: Path) -> Callable[[], object]:
    return partial(_extract, path)


def _reading(path: Path) -> Callable[[], object]:
    return partial(_picture, path)


def _picture(path: Path) -> Picture:
    with path.open("rb") as stream:
        return decoding.decode(stream, max_pixels=decoding.DEFAULT_MAX_PIXELS, may_scale=True)


def _views(path: Path) -> Callable[[], object]:
    return partial(look, _picture(path))


def _attributes(path: Path) -> Callable[[], object]:
    return partial(attributes.measure, look(_picture(path)))


def _perceptual(path: Path) -> Callable[[], object]:
    return partial(looks, look(_picture(path)))


def _digest(path: Path) -> Callable[[], object]:
    picture = _picture(path)
    pixels = look(picture).pixels
    return partial(hashes.digest, pixels, size=picture.size, mode=picture.image.mode)


def _descriptor(path: Path) -> Callable[[], object]:
    return partial(descriptors.describe, look(_picture(path)).square)


def _thumbnail(path: Path) -> Callable[[], object]:
    picture = _picture(path)
    return partial(thumbnails.encode, look(picture).small, picture.orientation)


PARTS: Mapping[str, Work] = {
    "decode": _reading,
    "reduced copies": _views,
    "attributes": _attributes,
    "perceptual hash": _perceptual,
    "digest": _digest,
    "descriptor": _descriptor,
    "thumbnail": _thumbnail,
}


def _decode(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def _extract(path: Path) -> None:
    extract({"path": str(path), "size_bytes": path.stat().st_size}, {})


def _whole(path: Path) -> bool:
    try:
        _extract(path)
    except Unreadable:
        return False
    return True
