"""Near duplicates: time and memory of a million hashes, and how many of spoilt copies are found."""

import io
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from service.compute import duplicates
from service.compute.decoding import DEFAULT_MAX_PIXELS, decode
from service.compute.views import look, looks
from service.errors import Unreadable
from tests.benchmarks.figure import Figure
from tests.pictures import photograph

MANY = 1_000_000
COMPARED = 50_000
PICTURES = 200
DEFAULT_DISTANCE = 4
WIDE_DISTANCE = 8
SIZE = (500, 375)

Hashes = NDArray[np.uint64]
Change = Callable[[Image.Image], Image.Image]


def measure(folder: Path) -> list[Figure]:
    """Real photographs besides, where MEANWHILE_TEST_DATA names a folder of them."""
    told = subprocess.run([sys.executable, "-m", __name__], capture_output=True, check=True)
    many = json.loads(told.stdout)
    return [
        Figure(f"near duplicates of {MANY:,} hashes, CPU", many["seconds"], "s", at_most=20),
        Figure(f"near duplicates of {MANY:,} hashes, peak RSS", many["mb"], "MB", at_most=500),
        *_beside_brute_force(),
        *_spoilt_copies("made", _made()),
        *_spoilt_copies("test data", _real()),
    ]


def planted(count: int, seed: int = 1) -> Hashes:
    """Different hashes, a tenth of which differ from another in up to four bits."""
    random = np.random.default_rng(seed)
    base = random.integers(0, 2**64, count * 9 // 10, dtype=np.uint64)
    copies = base[random.integers(0, len(base), count - len(base))]
    for _ in range(DEFAULT_DISTANCE):
        copies ^= np.uint64(1) << random.integers(0, 64, len(copies), dtype=np.uint64)
    return np.unique(np.concatenate((base, copies)))


def grouped(hashes: Hashes, distance: int) -> NDArray[np.intp]:
    steps = duplicates.near(hashes, distance)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return duplicates.groups(end.value[0])


def _beside_brute_force() -> list[Figure]:
    hashes = planted(COMPARED)
    low, high = _pairs(hashes, DEFAULT_DISTANCE)
    expected = np.zeros(len(hashes), bool)
    expected[low] = expected[high] = True
    groups = grouped(hashes, DEFAULT_DISTANCE)
    found = groups != duplicates.NO_GROUP
    both = (expected & found).sum()
    together = (groups[low] == groups[high]).mean()
    name = f"near duplicates of {COMPARED:,} beside brute force"
    return [
        Figure(f"{name}, recall", float(both / expected.sum()), "", at_least=1),
        Figure(f"{name}, precision", float(both / found.sum()), "", at_least=1),
        Figure("pairs that are in one group", float(together), "", at_least=0.95),
    ]


def _pairs(hashes: Hashes, distance: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All pairs within the distance, by comparing all with all."""
    lows: list[NDArray[np.intp]] = []
    highs: list[NDArray[np.intp]] = []
    for low in range(len(hashes) - 1):
        near = np.flatnonzero(np.bitwise_count(hashes[low + 1 :] ^ hashes[low]) <= distance)
        lows.append(np.full(len(near), low))
        highs.append(near + low + 1)
    return np.concatenate(lows), np.concatenate(highs)


def _spoilt_copies(name: str, pictures: list[Image.Image]) -> list[Figure]:
    """The share of copies that are within a distance, and of pairs of strangers that are."""
    if not pictures:
        return []
    originals = _hashes(pictures)
    strangers = np.bitwise_count(originals[:, np.newaxis] ^ originals)
    strangers = strangers[np.triu_indices(len(originals), 1)]
    figures: list[Figure] = []
    for label, (change, bar) in CHANGES.items():
        away = np.bitwise_count(_hashes([change(picture) for picture in pictures]) ^ originals)
        for distance, at_least in ((DEFAULT_DISTANCE, None), (WIDE_DISTANCE, bar)):
            share = float((away <= distance).mean())
            figures.append(Figure(f"{name}, {label}, within {distance} bits", share, "", at_least))
    share = float((strangers <= WIDE_DISTANCE).mean())
    strange = f"{name}, pairs of strangers within {WIDE_DISTANCE} bits"
    return [*figures, Figure(strange, share, "", at_most=0.001)]


def _hashes(pictures: list[Image.Image]) -> Hashes:
    told = [int.from_bytes(_hash(picture)) for picture in pictures]
    return np.array(told, np.uint64)


def _hash(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=0)
    decoded = decode(stream, max_pixels=DEFAULT_MAX_PIXELS, may_scale=True)
    return looks(look(decoded))


def _made() -> list[Image.Image]:
    return [photograph(seed, SIZE) for seed in range(PICTURES)]


def _real() -> list[Image.Image]:
    told = os.environ.get("MEANWHILE_TEST_DATA")
    pictures: list[Image.Image] = []
    for path in sorted(Path(told).rglob("*.jpg")) if told else []:
        try:
            with path.open("rb") as stream:
                decoded = decode(stream, max_pixels=DEFAULT_MAX_PIXELS, may_scale=True)
        except Unreadable:
            continue
        pictures.append(decoded.image.convert("RGB"))
    return pictures[:PICTURES]


def _compressed(picture: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=15)
    return Image.open(stream).convert("RGB")


def _brighter(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.3)


def _cropped(picture: Image.Image) -> Image.Image:
    across, down = picture.width // 50, picture.height // 50
    return picture.crop((across // 2, down // 2, picture.width - across, picture.height - down))


def _turned(picture: Image.Image) -> Image.Image:
    return picture.rotate(2, Image.Resampling.BICUBIC)


CHANGES: dict[str, tuple[Change, float]] = {
    "JPEG at 15": (_compressed, 0.98),
    "brightness × 1.3": (_brighter, 0.9),
    "cropped by 2 %": (_cropped, 0.85),
    "turned by 2°": (_turned, 0.7),
}
"""What is done to pictures, and how many have to be found at the wide distance."""


def _tell_of_many() -> None:
    hashes = planted(MANY)
    began = time.process_time()
    grouped(hashes, DEFAULT_DISTANCE)
    seconds = time.process_time() - began
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "mb": kilobytes / 1000}))


if __name__ == "__main__":
    _tell_of_many()
