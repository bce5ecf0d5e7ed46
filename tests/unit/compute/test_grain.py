"""Grain: the more noise or the coarser the compression, the larger the number."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from service.compute import grain
from service.compute.pixels import samples
from tests.pictures import photograph

SIZE = (400, 300)
QUALITIES = (95, 50, 20, 8)


def scene(seed: int = 1) -> Image.Image:
    """Shapes without any noise of their own."""
    return photograph(seed, SIZE).filter(ImageFilter.GaussianBlur(4))


def noisy(image: Image.Image, deviation: float) -> Image.Image:
    noise = np.random.default_rng(2).normal(0, deviation, np.asarray(image).shape)
    return Image.fromarray(np.rint(np.asarray(image) + noise).clip(0, 255).astype(np.uint8))


def compressed(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream)


def stripes(image: Image.Image) -> grain.Stripes:
    image.load()
    return grain.stripes(samples(image), image.width)


@pytest.mark.parametrize("deviation", [3.0, 8.0, 20.0])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_noise_is_told_by_its_deviation(deviation: float, mode: str) -> None:
    told = grain.noise(stripes(noisy(scene().convert(mode), deviation)))

    assert told == pytest.approx(deviation, rel=0.1)


def test_shapes_and_edges_are_no_noise() -> None:
    shapes = photograph(3, (40, 30)).resize(SIZE, Image.Resampling.NEAREST)

    assert grain.noise(stripes(shapes)) < 0.1
    assert grain.noise(stripes(scene())) < 1


def test_noise_does_not_depend_on_what_is_shown() -> None:
    told = [grain.noise(stripes(noisy(scene(seed), 8))) for seed in range(5)]

    assert max(told) - min(told) < 1


def test_the_more_compressed_the_more_blocky() -> None:
    told = [grain.blockiness(stripes(compressed(scene(), quality))) for quality in QUALITIES]

    assert told == sorted(told)
    assert told[-1] > 2


def test_what_was_never_compressed_has_no_blocks() -> None:
    assert grain.blockiness(stripes(photograph(1, SIZE))) == pytest.approx(1, abs=0.1)


def test_blocks_off_their_grid_are_not_seen() -> None:
    shifted = compressed(scene(), 20).crop((4, 4, 396, 296))

    assert grain.blockiness(stripes(shifted)) < 1.1


@pytest.mark.parametrize("size", [(1, 1), (71, 300), (300, 71), (8, 2000), (2000, 2)])
def test_small_images_say_nothing(size: tuple[int, int]) -> None:
    told = stripes(photograph(1, size))

    assert (grain.noise(told), grain.blockiness(told)) == (0, 1)
