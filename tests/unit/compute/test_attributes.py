"""Attributes: a glance is near the truth, and where an issue hangs on it the truth is told."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from service.compute import attributes, blur, tones
from service.compute.decoding import Picture
from service.compute.images import extract
from service.compute.views import look
from tests.pictures import photograph

SIZE = (600, 400)


def measured(image: Image.Image, *, whole: bool = True) -> dict[str, float] | None:
    picture = Picture(image, image, "PNG", image.size, scaled=not whole, orientation=1, frames=1)
    return attributes.measure(look(picture))


def brightness(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    levels = np.asarray(image.convert("RGB"), np.float64)
    return np.sqrt(levels**2 @ [0.241, 0.691, 0.068]) / 255


def edge_terms(image: Image.Image, size: tuple[int, int]) -> tuple[float, float]:
    """As Pillow's own filter and statistics give them."""
    grey = image.resize(size).convert("L")
    variance = ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0]
    return variance**0.5, float(np.std(grey.histogram()))


def dark() -> Image.Image:
    return ImageEnhance.Brightness(photograph(5, SIZE)).enhance(0.2)


def light() -> Image.Image:
    return Image.blend(photograph(5, SIZE), Image.new("RGB", SIZE, "white"), 0.97)


def poor() -> Image.Image:
    return Image.fromarray(np.asarray(photograph(5, SIZE)) // 64 * 64)


def blurred() -> Image.Image:
    dim = ImageEnhance.Brightness(photograph(5, SIZE)).enhance(0.7)
    return dim.filter(ImageFilter.GaussianBlur(8))


def coarse(size: tuple[int, int]) -> Image.Image:
    """With edges that can be seen at any size."""
    return photograph(6, (60, 40)).resize(size, Image.Resampling.NEAREST)


def test_a_glance_is_near_the_truth() -> None:
    image = photograph(5, SIZE)

    told = measured(image)

    assert told is not None
    for percent in tones.PERCENTS:
        truth = np.percentile(brightness(image), percent)
        assert told[f"brightness_p{percent:02}"] == pytest.approx(truth, abs=0.02)
    assert told["entropy"] == pytest.approx(image.entropy(), abs=0.05)
    assert told["contrast"] == pytest.approx(np.asarray(image.convert("L")).std() / 255, abs=0.01)


@pytest.mark.parametrize("image", [dark(), light()], ids=["dark", "light"])
def test_what_may_be_dark_or_light_is_measured_on_every_pixel(image: Image.Image) -> None:
    told = measured(image)

    assert told is not None
    for percent in (5, 99):
        truth = np.percentile(brightness(image), percent)
        assert told[f"brightness_p{percent:02}"] == pytest.approx(truth, abs=1e-5)


def test_a_few_bright_pixels_are_not_missed() -> None:
    levels = np.zeros((*reversed(SIZE), 3), np.uint8)
    levels[::10, ::11] = 255
    stars = Image.fromarray(levels)

    told = measured(stars)

    assert told is not None
    assert told["brightness_p99"] == np.percentile(brightness(stars), 99)


def test_the_entropy_of_a_poor_image_is_that_of_every_pixel() -> None:
    told = measured(poor())

    assert told is not None
    assert told["entropy"] == pytest.approx(poor().entropy(), abs=1e-9)


def test_what_may_be_blurred_is_measured_on_the_image_itself() -> None:
    told = measured(blurred())

    truth = edge_terms(blurred(), blur.reduced_size(SIZE))
    assert told is not None
    assert blur.score(*truth) < attributes.PERHAPS_BLURRED
    assert (told["blur_edges"], told["blur_std"]) == pytest.approx(truth, rel=1e-5)


def test_a_sharp_image_is_about_as_sharp_at_a_glance() -> None:
    told = measured(coarse(SIZE))

    truth = blur.score(*edge_terms(coarse(SIZE), blur.reduced_size(SIZE)))
    assert told is not None
    assert blur.score(told["blur_edges"], told["blur_std"]) == pytest.approx(truth, abs=0.02)


@pytest.mark.parametrize(
    "image", [dark(), light(), poor(), blurred()], ids=["dark", "light", "poor", "blurred"]
)
def test_an_image_without_all_its_pixels_is_not_judged_in_doubt(image: Image.Image) -> None:
    assert measured(image, whole=False) is None


def test_an_image_without_all_its_pixels_is_measured_where_there_is_no_doubt() -> None:
    assert measured(coarse(SIZE), whole=False) is not None


@pytest.mark.parametrize(("share", "scaled"), [(1.0, True), (0.2, False)], ids=["good", "dark"])
def test_a_large_photograph_is_told_as_if_it_were_decoded_in_full(
    tmp_path: Path, share: float, scaled: bool
) -> None:
    ImageEnhance.Brightness(coarse((3000, 2000))).enhance(share).save(tmp_path / "large.jpg")
    with Image.open(tmp_path / "large.jpg") as image:
        image.save(tmp_path / "large.bmp")

    told, full = (
        extract({"path": str(tmp_path / name), "size_bytes": 1}, {})[0]
        for name in ("large.jpg", "large.bmp")
    )

    assert told["facts"]["scaled"] == scaled
    assert told["numbers"]["width"] == 3000
    differ = int(told["signature"][:16], 16) ^ int(full["signature"][:16], 16)
    assert differ.bit_count() <= 2
    for name in ("brightness_mean", "brightness_p99", "saturation_mean"):
        assert told["numbers"][name] == pytest.approx(full["numbers"][name], abs=0.02)


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 900), (3, 2), (64, 64)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_smallest_images_have_numbers_too(size: tuple[int, int], mode: str) -> None:
    told = measured(photograph(7).resize(size).convert(mode))

    assert told is not None
    assert np.isfinite(list(told.values())).all()
