"""Tones: by other people's definitions, and changed only by what changes in the pixels."""

import colorsys

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from service.compute import tones
from service.compute.pixels import samples
from tests.pictures import photograph


def brightness(image: Image.Image) -> tones.Brightness:
    return tones.brightness(tones.stretches(samples(image)))


def colours(image: Image.Image) -> dict[str, float]:
    return tones.colour_numbers(tones.split(samples(image))[:3])


def levels(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image, np.float64).reshape(-1, 3)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (31, 7), (300, 200)])
@pytest.mark.parametrize("percent", [1, 5, 50, 95, 99])
def test_percentiles_are_numpys(size: tuple[int, int], percent: int) -> None:
    image = photograph(1, size)

    told = tones.percentile(brightness(image), percent)

    truth = np.sqrt(levels(image) ** 2 @ [0.241, 0.691, 0.068]) / 255
    assert told == pytest.approx(np.percentile(truth, percent), abs=1e-5)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_black_is_0_and_white_1(mode: str) -> None:
    told = [
        tones.percentile(brightness(Image.new(mode, (20, 30), ink)), 50)
        for ink in ("black", "white")
    ]

    assert told == [0, 1]


def test_a_grey_image_is_as_bright_in_three_bands_as_in_one() -> None:
    grey = photograph(2).convert("L")

    one, three = (brightness(image) for image in (grey, grey.convert("RGB")))

    assert np.abs(one.astype(int) - three).max() <= 1


def test_contrast_is_the_deviation_of_luma() -> None:
    image = photograph(3)

    luma = levels(image) @ [0.299, 0.587, 0.114]
    assert colours(image)["contrast"] == pytest.approx(luma.std() / 255, rel=1e-5)


def test_saturation_is_that_of_hsv() -> None:
    image = photograph(4, (20, 15))

    told = [colorsys.rgb_to_hsv(*pixel)[1] for pixel in levels(image).tolist()]
    assert colours(image)["saturation_mean"] == pytest.approx(np.mean(told), rel=1e-5)


def test_colourfulness_is_that_of_hasler_and_suesstrunk() -> None:
    image = photograph(5)

    red, green, blue = levels(image).T
    opponents = red - green, (red + green) / 2 - blue
    deviation = np.hypot(*(each.std() for each in opponents))
    mean = np.hypot(*(each.mean() for each in opponents))
    assert colours(image)["colourfulness"] == pytest.approx(deviation + 0.3 * mean, rel=1e-5)


def test_colours_do_not_depend_on_where_pixels_are() -> None:
    image = photograph(6)
    turned = image.transpose(Image.Transpose.ROTATE_90)

    assert colours(turned) == pytest.approx(colours(image), rel=1e-5)


@pytest.mark.parametrize("ink", [(0, 0, 0), (90, 90, 90), (13, 120, 251), (255, 255, 255)])
def test_one_colour_has_no_contrast(ink: tuple[int, int, int]) -> None:
    assert colours(Image.new("RGB", (90, 80), ink))["contrast"] == 0


def test_the_entropy_of_equally_many_of_each_level_is_8_bits() -> None:
    assert tones.entropy(np.full(256, 7)) == pytest.approx(8)
    assert tones.entropy(np.array([0, 5, 0])) == 0


def test_entropy_is_pillows() -> None:
    image = photograph(7)

    assert tones.entropy(np.asarray(image.histogram())) == pytest.approx(image.entropy(), rel=1e-9)
