"""CleanVision's definitions, written out plainly: a glance flags the same images as they do."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from service.compute.images import NAMES, Item, extract
from service.compute.issues import scores
from tests.pictures import photograph

THRESHOLDS = {
    "dark": 0.32,
    "light": 0.05,
    "low_information": 0.3,
    "blurry": 0.29,
    "odd_aspect_ratio": 0.35,
    "grayscale": 0.5,
}
SIZE = (480, 360)


def plainly(image: Image.Image) -> dict[str, float]:
    """Scores of an image of mode L or RGB, from every pixel, in double precision."""
    levels = np.asarray(image.convert("RGB"), np.float64)
    bright = np.sqrt(levels**2 @ [0.241, 0.691, 0.068]).ravel() / 255
    width, height = image.size
    return {
        "dark": float(np.percentile(bright, 99)),
        "light": 1 - float(np.percentile(bright, 5)),
        "low_information": min(0.1 * image.entropy(), 1),
        "blurry": _sharpness(image),
        "odd_aspect_ratio": min(width / height, height / width),
        "grayscale": float(image.mode != "L"),
    }


def _sharpness(image: Image.Image) -> float:
    ratio = max(image.size) / 64
    if ratio > 1:
        width, height = (max(int(side // ratio), 1) for side in image.size)
        image = image.resize((width, height))
    grey = image.convert("L")
    edges = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0] ** 0.5
    spread = 1 - np.exp(-0.01 * np.std(grey.histogram()))
    return float(min(1 - np.exp(-0.01 * edges) + (spread if spread > 0.18 else 0), 1))


def variants(image: Image.Image) -> Iterator[Image.Image]:
    """From good to bad in many steps, so that some are near each threshold."""
    white = Image.new("RGB", image.size, "white")
    for share in np.linspace(0.1, 0.6, 6):
        yield ImageEnhance.Brightness(image).enhance(float(share))
    for share in np.linspace(0.9, 0.99, 4):
        yield Image.blend(image, white, float(share))
    for radius in (2, 4, 6, 8, 12, 16):
        yield image.filter(ImageFilter.GaussianBlur(radius))
    for bits in (1, 2, 3):
        yield image.point([level >> 8 - bits << 8 - bits for level in range(256)] * 3)
    for width in (160, 170, 200):
        yield image.resize((width, SIZE[0]))
    yield image.convert("L")
    yield image.convert("L").filter(ImageFilter.GaussianBlur(8))


@pytest.mark.parametrize("seed", range(6))
def test_flags_are_those_of_the_definitions(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "image.png"
    differ: list[tuple[int, str, float, float]] = []
    flagged = 0

    for number, image in enumerate(variants(photograph(seed, SIZE))):
        image.save(path, compress_level=0)
        data, _ = extract(Item(path=str(path), size_bytes=1), {})
        told = scores({name: np.array([data["numbers"][name]]) for name in NAMES})
        for issue, score in plainly(image).items():
            flagged += score < THRESHOLDS[issue]
            if (score < THRESHOLDS[issue]) != bool(told[issue][0] < THRESHOLDS[issue]):
                differ.append((number, issue, score, float(told[issue][0])))

    assert differ == []
    assert flagged > 10
