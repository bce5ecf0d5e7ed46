"""Hashes: the bits of other people's pHash, and digests that miss no pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter

from service.compute import hashes
from service.compute.decoding import Picture
from service.compute.pixels import plane, samples
from service.compute.views import look, looks
from tests.pictures import photograph


def waves(size: tuple[int, int], seed: int) -> Image.Image:
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    levels = np.sin(x / (7 + seed)) + np.cos(y / (11 - seed)) + np.sin((x + seed * y) / 23)
    return Image.fromarray((levels * 40 + 128).astype(np.uint8))


def picture(image: Image.Image) -> Picture:
    return Picture(image, image, "PNG", image.size, scaled=False, orientation=1, frames=1)


def bits_apart(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def digest(image: Image.Image) -> bytes:
    return hashes.digest(samples(image), size=image.size, mode=image.mode)


@pytest.mark.parametrize(
    ("size", "seed", "expected"),
    [
        ((400, 300), 1, "ddd614d67ca902a9"),
        ((300, 400), 2, "ff18ad10ad58ad58"),
        ((90, 60), 3, "e06ac0953f913f95"),
        ((320, 900), 4, "ff2d852c852d872c"),
    ],
)
def test_it_is_the_hash_that_imagehash_gives(
    size: tuple[int, int], seed: int, expected: str
) -> None:
    assert hashes.perceptual(waves(size, seed)).hex() == expected


@pytest.mark.parametrize("size", [(400, 300), (300, 400), (1000, 760), (2000, 1011)])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_square_hashes_like_all_of_the_image(size: tuple[int, int], seed: int) -> None:
    image = photograph(seed, size)

    glance = looks(look(picture(image)))

    assert bits_apart(glance, hashes.perceptual(image.convert("L"))) <= 2


@pytest.mark.parametrize(
    "image",
    [
        photograph(1, (200, 150)),
        photograph(2, (300, 200)),
        photograph(3, (1200, 97)),
        photograph(4, (600, 400)).convert("RGBA"),
    ],
    ids=["small", "nearly small", "strip", "transparent"],
)
def test_where_the_square_shows_too_little_all_pixels_are_hashed(image: Image.Image) -> None:
    assert looks(look(picture(image))) == hashes.perceptual(image.convert("L"))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 1.3])
def test_copies_of_another_size_look_the_same(share: float) -> None:
    image = photograph(5, (500, 375)).filter(ImageFilter.GaussianBlur(2))
    copy = image.resize((round(500 * share), round(375 * share)))

    one, other = (looks(look(picture(each))) for each in (image, copy))

    assert bits_apart(one, other) <= 4


def test_a_negative_has_nearly_the_opposite_hash() -> None:
    grey = photograph(6, (300, 200)).convert("L")

    hashed, inverted = hashes.perceptual(grey), hashes.perceptual(ImageChops.invert(grey))

    assert bits_apart(hashed, inverted) >= 62  # the mean stays above the median


@pytest.mark.parametrize("level", [0, 128, 255])
def test_all_blank_images_look_the_same(level: int) -> None:
    blank = Image.new("L", (300, 200), level)

    assert hashes.perceptual(blank) == bytes([0x80 if level else 0]) + bytes(7)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_one_changed_sample_anywhere_changes_the_digest(mode: str) -> None:
    image = photograph(3, (131, 77)).convert(mode)
    digests = {digest(image)}

    for place in [(0, 0), (7, 0), (130, 76), (64, 38), (65, 38)]:
        changed = image.copy()
        level = np.array(changed.getpixel(place)).ravel()
        level[-1] ^= 0x80
        changed.putpixel(place, tuple(level.tolist()) if mode != "L" else int(level[0]))
        digests.add(digest(changed))

    assert len(digests) == 6


def test_turning_the_top_bits_of_many_pixels_changes_the_digest() -> None:
    def turned(columns: list[int]) -> bytes:
        levels: NDArray[np.uint8] = np.zeros((256, 256), np.uint8)
        levels[:, columns] ^= 0x80
        return digest(Image.fromarray(levels))

    assert len({turned(list(range(start, 256, 8))) for start in range(8)} | {turned([])}) == 9


def test_shape_and_mode_are_part_of_the_digest() -> None:
    images = [
        Image.new("L", (20, 30)),
        Image.new("L", (30, 20)),
        Image.new("RGB", (20, 30)),
        Image.new("RGBA", (20, 30)),
    ]

    assert len({digest(image) for image in images}) == 4


def test_an_array_keeps_the_memory_of_its_image() -> None:
    levels = plane(Image.new("L", (300, 300), 7))

    others = [Image.new("L", (300, 300), 9) for _ in range(20)]

    assert len(others) == 20
    assert set(levels.ravel().tolist()) == {7}


@pytest.mark.parametrize("size", [(40, 30), (2600, 2000)])
def test_samples_are_the_pixels(size: tuple[int, int]) -> None:
    image = photograph(4, (40, 30)).resize(size)

    told = samples(image)[:, :3].reshape(size[1], size[0], 3)

    assert (told == np.asarray(image)).all()
