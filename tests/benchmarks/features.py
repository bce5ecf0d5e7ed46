"""Features and their parts, against a pure Pillow decode of the same files: one core, in turns."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image

from deploy.local.sample import write_sample
from service.compute import attributes, decoding, descriptors, hashes, thumbnails
from service.compute.decoding import Picture
from service.compute.images import extract
from service.compute.views import look, luma
from service.errors import Unreadable
from tests.benchmarks.figure import Figure

ROUNDS = 5
FILES = 200
LARGE_FILES = 6
LARGE = (4000, 3000)
TILES_ACROSS = 5
TILES = TILES_ACROSS**2
TILE = (LARGE[0] // TILES_ACROSS, LARGE[1] // TILES_ACROSS)
PHOTOGRAPHS = ("temple", "flower")
"""Labels of the sample whose pictures are not drawn."""


def measure(folder: Path) -> list[Figure]:
    """Of the sample's photographs, of large ones, and of MEANWHILE_TEST_DATA's where it is set."""
    write_sample(folder / "sample")
    sample = [path for label in PHOTOGRAPHS for path in _jpegs(folder / "sample" / label)][:FILES]
    _write_large(folder / "large", sample)
    figures = [
        _ratio("sample", sample, at_least=0.45),
        *_parts(sample),
        _ratio("12 MP", _jpegs(folder / "large"), at_least=1.8),
    ]
    if told := os.environ.get("MEANWHILE_TEST_DATA"):
        figures.append(_ratio("test data", _jpegs(Path(told))[:FILES], at_least=None))
    return figures


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


def _ratio(name: str, files: list[Path], *, at_least: float | None) -> Figure:
    ours = theirs = float("inf")
    for _ in range(ROUNDS):
        theirs = min(theirs, _seconds(_decode, files))
        ours = min(ours, _seconds(_extract, files))
    return Figure(f"features / full decode, {name}, {len(files)} JPEG", theirs / ours, "", at_least)


def _parts(files: list[Path]) -> list[Figure]:
    """CPU time of each part of the pass, of an image."""
    least = dict.fromkeys(("decode", *PARTS), float("inf"))
    for _ in range(ROUNDS):
        for name, seconds in _seconds_of_parts(files).items():
            least[name] = min(least[name], seconds)
    return [
        Figure(f"features of an image, {name}", 1000 * seconds / len(files), "ms")
        for name, seconds in least.items()
    ]


def _seconds_of_parts(files: list[Path]) -> Mapping[str, float]:
    sums = dict.fromkeys(("decode", *PARTS), 0.0)
    for path in files:
        began = time.process_time()
        picture = _picture(path)
        sums["decode"] += time.process_time() - began
        for name, part in PARTS.items():
            work = part(picture)
            began = time.process_time()
            work()
            sums[name] += time.process_time() - began
    return sums


def _picture(path: Path) -> Picture:
    with path.open("rb") as stream:
        return decoding.decode(stream, max_pixels=decoding.DEFAULT_MAX_PIXELS, may_scale=True)


def _views(picture: Picture) -> Callable[[], object]:
    return lambda: look(picture)


def _attributes(picture: Picture) -> Callable[[], object]:
    views = look(picture)
    return lambda: attributes.measure(views)


def _perceptual(picture: Picture) -> Callable[[], object]:
    grey = luma(look(picture))
    return lambda: hashes.perceptual(grey)


def _digest(picture: Picture) -> Callable[[], object]:
    pixels = look(picture).pixels
    return lambda: hashes.digest(pixels, size=picture.size, mode=picture.image.mode)


def _descriptor(picture: Picture) -> Callable[[], object]:
    small = look(picture).small
    return lambda: descriptors.describe(small)


def _thumbnail(picture: Picture) -> Callable[[], object]:
    small = look(picture).small
    return lambda: thumbnails.encode(small, picture.orientation)


PARTS: Mapping[str, Callable[[Picture], Callable[[], object]]] = {
    "reduced copies": _views,
    "attributes": _attributes,
    "perceptual hash": _perceptual,
    "digest": _digest,
    "descriptor": _descriptor,
    "thumbnail": _thumbnail,
}


def _seconds(work: Callable[[Path], None], files: list[Path]) -> float:
    began = time.process_time()
    for path in files:
        work(path)
    return time.process_time() - began


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
