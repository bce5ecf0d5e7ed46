"""Borders: bars along the sides are told by their width, and backgrounds are none."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from service.compute import borders
from service.compute.pixels import plane
from tests.pictures import photograph


def widths(image: Image.Image) -> dict[str, float]:
    return borders.widths(plane(image.convert("L")))


def test_a_photograph_has_no_border() -> None:
    assert not any(widths(photograph(1)).values())


@pytest.mark.parametrize("colour", ["black", "white", "#200800"])
def test_each_bar_is_told_by_its_share_of_the_side(colour: str) -> None:
    framed = Image.new("RGB", (200, 150), colour)
    framed.paste(photograph(1, (150, 90)), (20, 15))

    told = widths(framed)

    assert told == pytest.approx(
        {"border_left": 0.1, "border_right": 0.15, "border_top": 0.1, "border_bottom": 0.3}
    )


def test_a_bar_may_be_as_grainy_as_compression_leaves_it() -> None:
    levels = np.asarray(ImageOps.expand(photograph(1).convert("L"), (0, 20), 10))
    grain = np.random.default_rng(1).integers(-2, 3, levels.shape)

    told = widths(Image.fromarray((levels + grain).clip(0, 255).astype(np.uint8)))

    assert told["border_top"] == told["border_bottom"] == 20 / 160


def test_an_object_before_an_even_background_has_no_border() -> None:
    image = Image.new("L", (200, 150), 255)
    ImageDraw.Draw(image).ellipse((60, 40, 140, 110), fill=90)

    assert not any(widths(image).values())


def test_a_gradient_is_no_border() -> None:
    assert not any(widths(Image.linear_gradient("L")).values())


@pytest.mark.parametrize("size", [(1, 1), (200, 23), (64, 64)])
def test_one_bar_and_nothing_else_is_no_border(size: tuple[int, int]) -> None:
    assert not any(widths(Image.new("L", size)).values())
