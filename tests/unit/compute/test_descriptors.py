"""Descriptors: what looks alike is near, what does not is far."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from sklearn.datasets import load_digits

from service.compute.descriptors import BLOCKS, DIMENSIONS, describe, squeeze
from service.domain.image_features import DESCRIPTOR_BYTES
from tests.pictures import photograph

Vector = NDArray[np.float64]


def vector(image: Image.Image) -> Vector:
    return np.frombuffer(describe(squeeze(image)), np.uint8).astype(np.float64)


def block(image: Image.Image, name: str) -> Vector:
    start = sum(list(BLOCKS.values())[: list(BLOCKS).index(name)])
    return vector(image)[start : start + BLOCKS[name]]


def distance(one: Image.Image, other: Image.Image) -> float:
    return float(np.linalg.norm(vector(one) - vector(other)))


def apart() -> float:
    """The distance of different photographs."""
    return float(np.median([distance(photograph(n), photograph(n + 1)) for n in range(20)]))


def stripes(across: bool, step: int = 8) -> Image.Image:
    columns = np.tile(np.arange(128) // step % 2 * 200, (128, 1)).astype(np.uint8)
    return Image.fromarray(columns if across else columns.T.copy())


def test_a_descriptor_is_as_long_as_what_is_kept() -> None:
    assert len(describe(squeeze(photograph(1)))) == DIMENSIONS == DESCRIPTOR_BYTES


def larger(image: Image.Image) -> Image.Image:
    return image.resize((320, 240), Image.Resampling.BICUBIC)


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((100, 100), Image.Resampling.BOX)


def darker(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(0.9)


def lighter(image: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(1.1)


def cropped(image: Image.Image) -> Image.Image:
    return image.crop((2, 2, 158, 118))


@pytest.mark.parametrize("change", [larger, smaller, darker, lighter, cropped])
def test_a_small_change_moves_it_little(change: Callable[[Image.Image], Image.Image]) -> None:
    moved = [distance(photograph(n), change(photograph(n))) for n in range(10)]

    assert max(moved) < apart() / 2


def test_an_alpha_channel_that_hides_nothing_changes_nothing() -> None:
    assert describe(squeeze(photograph(1).convert("RGBA"))) == describe(squeeze(photograph(1)))


def test_another_direction_moves_the_edges_but_not_the_colours() -> None:
    one, other = stripes(across=True), stripes(across=False)

    assert np.linalg.norm(block(one, "edges") - block(other, "edges")) > 100
    assert np.array_equal(block(one, "colours"), block(other, "colours"))


def test_another_colour_moves_the_colours_but_not_the_edges() -> None:
    red, green, blue = photograph(1).split()
    one, other = (Image.merge("RGB", bands) for bands in ((red, red, blue), (red, red, green)))

    assert np.linalg.norm(block(one, "colours") - block(other, "colours")) > 20
    assert np.linalg.norm(block(one, "edges") - block(other, "edges")) < 20


def test_grain_moves_the_patterns() -> None:
    smooth = Image.linear_gradient("L")
    grain = np.random.default_rng(1).integers(-30, 30, (256, 256))
    rough = Image.fromarray(np.clip(np.asarray(smooth, np.int16) + grain, 0, 255).astype(np.uint8))

    assert np.linalg.norm(block(smooth, "patterns") - block(rough, "patterns")) > 60


def test_flat_pictures_differ_by_their_colour_alone() -> None:
    white, black = Image.new("L", (90, 60), 255), Image.new("L", (90, 60), 0)

    assert not block(white, "edges").any()
    assert np.array_equal(block(white, "patterns"), block(black, "patterns"))
    assert distance(white, black) > distance(white, Image.new("L", (90, 60), 200))


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (3000, 2)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_images_of_any_shape_have_one(mode: str, size: tuple[int, int]) -> None:
    assert len(describe(squeeze(Image.new(mode, size)))) == DIMENSIONS


def test_what_is_invisible_does_not_count() -> None:
    red, green = (Image.new("RGBA", (64, 64), (*ink, 0)) for ink in ((255, 0, 0), (0, 255, 0)))

    assert describe(squeeze(red)) == describe(squeeze(green))


def test_neighbours_are_of_the_same_class() -> None:
    pictures, digits = load_digits(return_X_y=True)
    images = [Image.fromarray(row.reshape(8, 8).astype(np.uint8) * 15) for row in pictures[:500]]
    vectors = np.array([vector(image.resize((96, 96))) for image in images])

    squares = np.einsum("ij,ij->i", vectors, vectors)
    away = squares + squares[:, np.newaxis] - 2 * vectors @ vectors.T
    np.fill_diagonal(away, np.inf)

    assert (digits[away.argmin(axis=1)] == digits[:500]).mean() > 0.95
