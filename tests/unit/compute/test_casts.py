"""Casts: the more coloured the light the larger the number, and a coloured thing is none."""

import numpy as np
import pytest
from PIL import Image

from service.compute.casts import cast
from service.compute.tones import split


def street(light: tuple[float, float, float] = (1, 1, 1)) -> Image.Image:
    """Grey walls of every tone, a few coloured things among them, under a light."""
    random = np.random.default_rng(4)
    tiles = np.repeat(random.integers(40, 220, (12, 16, 1)), 3, axis=2)
    things = random.random((12, 16)) < 0.3
    tiles[things] += random.integers(-35, 36, (things.sum(), 3))
    return Image.fromarray((tiles * light).clip(0, 255).astype(np.uint8)).resize((320, 240))


def told(image: Image.Image) -> float:
    samples = np.asarray(image.convert("RGBX")).reshape(-1, 4)
    return cast(split(samples)[:3])


@pytest.mark.parametrize(
    "light", [(1, 0.9, 0.6), (0.5, 0.8, 1), (1, 0.65, 1)], ids=["lamp", "shade", "magenta"]
)
def test_the_more_coloured_the_light_the_larger(light: tuple[float, float, float]) -> None:
    shares = (0, 0.4, 0.7, 1)
    lights = [tuple(1 - (1 - band) * share for band in light) for share in shares]

    casts = [told(street((red, green, blue))) for red, green, blue in lights]

    assert casts == sorted(casts)
    assert casts[0] < 4
    assert casts[-1] > 10


def test_grey_has_no_cast() -> None:
    assert told(street().convert("L").convert("RGB")) < 0.1
    assert cast(np.arange(256, dtype=np.uint8).reshape(1, -1)) == 0


def test_a_coloured_thing_in_white_light_is_none() -> None:
    image = street()
    image.paste((230, 120, 20), (40, 30, 240, 200))

    assert told(image) < 6


def test_night_has_no_colour() -> None:
    assert told(Image.new("RGB", (64, 64), (20, 8, 4))) == 0


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (5, 1)])
def test_the_smallest_images_have_a_number(size: tuple[int, int]) -> None:
    assert 0 <= told(Image.new("RGB", size, (200, 150, 50))) < 100
